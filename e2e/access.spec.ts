import { expect, expectNoAxeViolations, login, test } from "./fixtures.ts";
import { lookAround } from "./look-around.ts";

test("an API token is made, shown once, works within its scope, and is refused once it is revoked", async ({
  page,
  ifrit,
}) => {
  await login(page, ifrit);
  await page.goto("/settings/tokens");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "New token" }).click();
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Say what it is for.");
  await expectNoAxeViolations(page);
  await dialog.getByLabel("What it is for").fill("look only");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await expect(dialog).toContainText("Copy it now");
  const token = ((await dialog.locator("code").textContent()) ?? "").trim();
  await dialog.getByRole("button", { name: "I have kept it" }).click();
  await expect(page.getByRole("main")).toContainText("look only");
  await expect(page.getByRole("main")).not.toContainText(token);

  const ask = (path: string, method = "GET") =>
    fetch(`${ifrit.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify({ clusterId: null, reason: "x" }) } : {}),
    });
  expect((await ask("/machines")).status).toBe(200);
  expect((await ask("/freezes", "POST")).status).toBe(403);
  await page.reload();
  await expect(page.getByRole("main")).toContainText("last used");
  await page.getByRole("button", { name: "Revoke look only" }).click();
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("1 that has ended")).toBeVisible();
  expect((await ask("/machines")).status).toBe(401);
  await lookAround(page, "/settings/tokens");
});

test("a user is made, signs in and only reads; its role changes; disabled, it is out at once", async ({
  page,
  browser,
  ifrit,
}) => {
  await login(page, ifrit);
  await page.goto("/settings/users");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "New user" }).click();
  await dialog.getByLabel("Username").fill("wang.fang");
  await dialog.getByRole("button", { name: "Random" }).click();
  const password = await dialog.getByLabel("First password").inputValue();
  await expectNoAxeViolations(page);
  await dialog.getByRole("button", { name: "Make the user" }).click();
  await expect(page.getByText("wang.fang can sign in")).toBeVisible();

  const context = await browser.newContext({ baseURL: ifrit.url });
  const hers = await context.newPage();
  await login(hers, { ...ifrit, adminPassword: password }, "wang.fang");
  await hers.goto("/settings/users");
  await expect(hers.getByRole("main")).toContainText("Only administrators see and change users.");
  await hers.goto("/settings/access");
  await expect(hers.getByRole("main")).toContainText("only administrators write");

  const menu = page.getByRole("button", { name: "What to do with wang.fang" });
  await menu.click();
  await page.getByRole("menuitem", { name: "Change the role" }).click();
  await dialog.getByRole("radio", { name: /^Approver/ }).click();
  await dialog.getByRole("button", { name: "Change the role" }).click();
  const line = page.getByRole("main").getByRole("listitem").filter({ hasText: "wang.fang" });
  await expect(line).toContainText("Approver");
  await menu.click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(line).toContainText("Disabled");
  await hers.goto("/machines");
  await expect(hers).toHaveURL(/\/sign-in/);
  await context.close();

  // Of oneself only what locks nobody out.
  await page.getByRole("button", { name: "What to do with Administrator" }).click();
  await expect(page.getByRole("menuitem", { name: "Disable" })).toHaveAttribute("data-disabled");
  await page.keyboard.press("Escape");
  await lookAround(page, "/settings/users");
  await lookAround(page, "/settings/access");
});

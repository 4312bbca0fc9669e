import { expect, expectNoAxeViolations, login, test } from "./fixtures.ts";
import { lookAround } from "./look-around.ts";
import { OperatorApi } from "./operator-api.ts";

test("a machine is held and let go, parked with a remark and taken back, by the page", async ({
  page,
  ifrit,
}) => {
  const api = await OperatorApi.signIn(ifrit);
  const { id } = await api.thisMachine();
  await login(page, ifrit);
  await page.goto(`/machines/${id}`);
  const dialog = page.getByRole("dialog");
  const holds = page
    .getByRole("region", { name: "Holds" })
    .or(page.locator("section").filter({ has: page.getByRole("heading", { name: "Holds" }) }));

  await test.step("a hold needs a reason, and says until when it lasts", async () => {
    await page.getByRole("button", { name: "Hold", exact: true }).click();
    await dialog.getByRole("button", { name: "Hold", exact: true }).click();
    await expect(dialog.getByRole("alert")).toContainText("Say why");
    await expectNoAxeViolations(page);
    await dialog.getByLabel("Reason").fill("a sale goes on");
    await dialog.getByRole("button", { name: "Hold", exact: true }).click();
    await expect(holds.first()).toContainText("a sale goes on");
    await expect(holds.first()).toContainText(/admin, until \d{4}-/);
    await holds.first().getByRole("button", { name: "End" }).click();
    await expect(holds.first()).toContainText("None: it changes with its cluster.");
  });

  await test.step("parked, it may not check in, and everybody sees who said so", async () => {
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByRole("menuitem", { name: "Park" }).click();
    await dialog.getByLabel("Remark").fill("a noisy disk");
    await dialog.getByRole("button", { name: "Park" }).click();
    const main = page.getByRole("main");
    await expect(main).toContainText("Parked: it stays as it is");
    await expect(main).toContainText(/By admin, .* a noisy disk/);
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await expect(page.getByRole("menuitem", { name: "Accept" })).toHaveCount(0);
    await page.getByRole("menuitem", { name: "Take out of parking" }).click();
    await dialog.getByRole("button", { name: "Take out of parking" }).click();
    await expect(main).not.toContainText("Parked");
    // The real ifrit-agent checks in again with the token that it has, or a new one.
    await expect(async () => {
      const { status, lastSeenAtMs } = await api.thisMachine();
      expect(status).toBe("accepted");
      expect(Date.now() - lastSeenAtMs).toBeLessThan(20_000);
    }).toPass({ timeout: 90_000 });
  });
  await lookAround(page, `/machines/${id}`);
});

test("an enrollment token is revoked by the cluster's page, and takes nobody in any more", async ({
  page,
  ifrit,
}) => {
  const api = await OperatorApi.signIn(ifrit);
  const label = "for a rack that is gone";
  await api.createEnrollmentToken({ label, uses: 3, ttlSeconds: 600 });
  await login(page, ifrit);
  await page.goto("/clusters/local");
  const token = page.getByRole("listitem").filter({ hasText: label });
  await expect(token).toContainText("3 uses left · no machine yet");
  await token.getByRole("button", { name: `Revoke enrollment token ${label}` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("No machine came by it.");
  await expectNoAxeViolations(page);
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText(`Enrollment token “${label}” is revoked.`)).toBeVisible();
  await expect(token).toHaveCount(0);
});

test("clusters and approvals have no fault that axe finds, in both languages and sizes", async ({
  page,
  ifrit,
}) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await login(page, ifrit);
  for (const path of ["/clusters", "/clusters/local", "/approvals", "/agents", "/"])
    await lookAround(page, path);
  // A page that is drawn otherwise in the browser than by the server says so there.
  expect(errors).toEqual([]);
});

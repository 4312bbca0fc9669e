import { buildSamplePackage } from "./build-package.ts";
import { expect, expectNoAxeViolations, login, test } from "./fixtures.ts";
import { readManagedAgent } from "./managed-agent.ts";

test("a new version is uploaded and released by the page, and the process becomes it", async ({
  page,
  ifrit,
}) => {
  await login(page, ifrit);

  await test.step("this machine runs the sample agent", async () => {
    await page.getByRole("link", { name: "Machines", exact: true }).first().click();
    const row = page.getByRole("row").filter({ hasText: "hello-agent" });
    await expect(row).toContainText("Online");
    await expect(row).toContainText("1.0.0");
    await expect(row).toContainText("Running");
    await expectNoAxeViolations(page);
  });
  const before = readManagedAgent(ifrit.agentRoot, "hello-agent");
  expect(before?.version).toBe("1.0.0");

  await test.step("a new version is uploaded", async () => {
    await page.getByRole("link", { name: "Agents", exact: true }).first().click();
    await page.getByRole("button", { name: "Upload a package" }).click();
    const sheet = page.getByRole("dialog");
    const archive = buildSamplePackage({ version: "1.1.0" });
    await sheet.getByLabel("Choose a file").last().setInputFiles(archive);
    await expect(sheet.getByText("hello-agent 1.1.0 can be released")).toBeVisible();
    await sheet.getByRole("link", { name: "Release…" }).click();
  });

  await test.step("it is released to the whole cluster", async () => {
    const next = page.getByRole("button", { name: "Next" });
    await expect(
      page.getByRole("heading", { name: "Which agent, in which version?" }),
    ).toBeVisible();
    await next.click();
    await expect(page.getByRole("heading", { name: "On which machines?" })).toBeVisible();
    await next.click();
    await page.getByRole("radio", { name: /^Whole cluster at once/ }).click();
    await page.getByRole("radio", { name: /^Go on by itself/ }).click();
    await next.click();
    await expect(page.getByText("1 machine changes")).toBeVisible();
    await expectNoAxeViolations(page);
    await page.getByRole("button", { name: "Start the release" }).click();
  });

  const orderedAt = performance.now();
  await test.step("it converges while the page is watched", async () => {
    await expect(page.getByRole("heading", { name: /hello-agent 1\.1\.0/ })).toBeVisible();
    await expect(page.getByRole("main")).toContainText("1 of 1 healthy", { timeout: 90_000 });
    const seconds = (performance.now() - orderedAt) / 1000;
    console.log(`    converged on the machine ${seconds.toFixed(1)} s after it was ordered`);
    expect(seconds).toBeLessThan(90);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Completed", {
      timeout: 90_000,
    });
    await expectNoAxeViolations(page);
  });

  await test.step("the process really is the new version", async () => {
    const after = readManagedAgent(ifrit.agentRoot, "hello-agent");
    expect(after?.version).toBe("1.1.0");
    expect(after?.commandLine.join(" ")).toContain("/hello-agent/versions/1.1.0/");
    expect(after?.pid).not.toBe(before?.pid);
  });
});

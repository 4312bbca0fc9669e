import { test as base, type Page } from "@playwright/test";
import type { Fleet } from "../scripts/simulate/simulate-fleet.ts";
import { buildSamplePackage } from "./build-package.ts";
import { expect, expectNoAxeViolations, login } from "./fixtures.ts";
import { readManagedAgent } from "./managed-agent.ts";
import { OperatorApi } from "./operator-api.ts";
import { startSimulatedFleet } from "./simulated-fleet.ts";
import { type Ifrit, startIfrit } from "./start-ifrit.ts";

const machines = 150;
const goodVersion = "1.0.0";
const badVersion = "1.3.0";
const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** One real ifrit-agent, on which the new version works, and many simulated ones, on which it mostly does not. */
const test = base.extend<object, { ifrit: Ifrit; fleet: Fleet }>({
  ifrit: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants it destructured
    async ({}, use) => {
      const ifrit = await startIfrit({ IFRIT_POLL_SECONDS: "3", IFRIT_FAST_POLL_SECONDS: "1" });
      await use(ifrit);
      await ifrit.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  fleet: [
    async ({ ifrit }, use) => {
      const fleet = await startSimulatedFleet(ifrit, {
        ...{ machines, name: "node" },
        behaviours: {
          types: { LINUX: 1, CONTAINER: 1 },
          installed: [{ name: "hello-agent", version: goodVersion }],
          fails: [{ agent: "hello-agent", version: badVersion, share: 0.8, reason: null }],
        },
      });
      await use(fleet);
      await fleet.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ ifrit }, use) => use(ifrit.url),
});

test("a release goes wrong on the first machines, halts, and is rolled back by the page", async ({
  page,
  ifrit,
  fleet,
}) => {
  const api = await OperatorApi.signIn(ifrit);
  await api.release("hello-agent", goodVersion);
  await api.upload(buildSamplePackage({ version: badVersion }));
  await page.setViewportSize(sizes[0]!);
  await login(page, ifrit);
  const real = await test.step("the real machine stands among the simulated ones", async () => {
    await page.goto("/machines");
    await expect(page.getByText(`${machines + 1} machines`).first()).toBeVisible();
    const { id } = await api.realMachine();
    return id;
  });
  await test.step("the plan: the real machine, then a share of the ring", () =>
    planRelease(page, real));
  await test.step("the real machine changes; on the next ones it fails, and the release halts", async () => {
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toContainText(`hello-agent ${badVersion}`);
    await expect
      .poll(() => readManagedAgent(ifrit.agentRoot, "hello-agent")?.version, { timeout: 40_000 })
      .toBe(badVersion);
    await expect(heading).toContainText("Paused", { timeout: 60_000 });
    await expect(page.getByRole("main")).toContainText("too many failures");
    await expect(page.getByRole("heading", { name: "Failures" })).toBeVisible();
    await expect(page.getByRole("main")).toContainText(
      /could not be started|exited soon|liveness check failed/,
    );
  });
  await lookAround(page, "halted");
  await test.step("it is rolled back, with the dialog", () => rollBack(page));
  await expect.poll(() => fleet.counts().agents["hello-agent"]?.[badVersion]).toBeUndefined();
  await expect
    .poll(() => readManagedAgent(ifrit.agentRoot, "hello-agent")?.version, { timeout: 30_000 })
    .toBe(goodVersion);
  await test.step("the audit log has it", async () => {
    await page.goto("/audit");
    await expect(page.getByRole("main")).toContainText("admin rolled back release #");
    await lookAround(page, "audit");
  });
  await page.goto("/machines");
  await lookAround(page, "machines");
  await api.close();
});

async function planRelease(page: Page, machineId: string): Promise<void> {
  await page.goto(`/releases/new?agent=hello-agent&version=${badVersion}`);
  const next = page.getByRole("button", { name: "Next" });
  await next.click();
  for (const type of ["LINUX", "CONTAINER"])
    await page.getByRole("checkbox", { name: type === "LINUX" ? /^Linux/ : /^Container/ }).check();
  await page.getByLabel("Or paste a list").fill(machineId);
  await page.getByRole("button", { name: "Look up 1 machine" }).click();
  await expect(page.getByText("1 gray machine", { exact: true })).toBeVisible();
  await next.click();
  await page.getByRole("radio", { name: /^Safe/ }).click();
  for (const watched of (await page.getByLabel("Watched for", { exact: true }).all()).slice(0, 2))
    await watched.fill("0");
  await page.getByLabel("Stage 2: up to per cent").fill("9");
  await next.click();
  await expect(page.getByRole("heading", { name: "What would happen" })).toBeVisible();
  await expect(page.getByText("1 machine changes").first()).toBeVisible();
  await lookAround(page, "preview");
  await page.getByLabel(`Type ${machines + 1} to confirm`).fill(String(machines + 1));
  await page.getByRole("button", { name: "Start the release" }).click();
}

async function rollBack(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Roll back", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("What this does not undo");
  await dialog.getByLabel("Remark").fill("it does not start");
  await dialog.getByRole("checkbox").check();
  await expectNoAxeViolations(page);
  await dialog.getByRole("button", { name: "Roll back" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Rolled back");
}

/** The page as it stands, in both languages and on a desk and a phone. */
async function lookAround(page: Page, name: string): Promise<void> {
  for (const [language, other] of [
    ["en", "中文"],
    ["zh", "English"],
  ] as const) {
    await expect(page.locator("html")).toHaveAttribute("lang", new RegExp(`^${language}`));
    for (const size of sizes) {
      await page.setViewportSize(size);
      const path = `test-results/release-story/${name}-${language}-${size.width}.png`;
      await page.screenshot({ path, fullPage: true });
      await expectNoAxeViolations(page);
      const overflow = () => document.documentElement.scrollWidth - window.innerWidth;
      expect(await page.evaluate(overflow), `${name} is wider than the screen`).toBeLessThan(1);
    }
    await page.setViewportSize(sizes[0]!);
    await page.getByRole("button", { name: other, exact: true }).first().click();
  }
}

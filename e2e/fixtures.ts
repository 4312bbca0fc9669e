import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { type Ifrit, startIfrit } from "./start-ifrit.ts";

type WorkerFixtures = {
  /** A whole running ifrit with a real ifrit-agent, shared by a worker's tests. */
  ifrit: Ifrit;
};

export const test = base.extend<object, WorkerFixtures>({
  ifrit: [
    // Playwright wants the first argument destructured, even when nothing is taken from it.
    // biome-ignore lint/correctness/noEmptyPattern: see above
    async ({}, use) => {
      const ifrit = await startIfrit();
      await use(ifrit);
      await ifrit.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  baseURL: async ({ ifrit }, use) => use(ifrit.url),
});

export { expect };

/** Signs somebody in by the page: the first administrator, unless another name is given. */
export async function login(
  page: Page,
  ifrit: Pick<Ifrit, "adminPassword">,
  username = "admin",
): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(ifrit.adminPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** The page as it stands has no accessibility fault that axe can find (WCAG 2.2 A and AA). */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const found = violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(", ")}`,
  );
  expect(found).toEqual([]);
}

import type { Page } from "@playwright/test";
import { expect, expectNoAxeViolations } from "./fixtures.ts";

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** The address in both languages, on a desk and a phone: no fault that axe finds, nothing wider than the screen. */
export async function lookAround(page: Page, path: string): Promise<void> {
  for (const locale of ["zh-CN", "en"]) {
    await page
      .context()
      .addCookies([{ name: "ifrit-locale", value: locale, url: new URL(page.url()).origin }]);
    await page.goto(path);
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    for (const size of sizes) {
      await page.setViewportSize(size);
      await expectNoAxeViolations(page);
      const overflow = () => document.documentElement.scrollWidth - window.innerWidth;
      expect(await page.evaluate(overflow), `${path} at ${size.width} px`).toBeLessThan(1);
    }
  }
  await page.setViewportSize(sizes[0]!);
}

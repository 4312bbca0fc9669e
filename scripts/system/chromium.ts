import { existsSync, readdirSync } from "node:fs";
import type { Requirement } from "./debian-packages.ts";
import { findBinary } from "./find-binary.ts";

export function findChromium(): string | null {
  return findBinary("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
}

export const chromiumRequirement: Requirement = {
  what: "Chromium",
  isPresent: () => findChromium() !== null,
  debianPackages: ["chromium"],
};

/** Without it Chinese pages are boxes in the screenshots. */
export const chineseFontRequirement: Requirement = {
  what: "a font with Chinese characters",
  isPresent: () =>
    ["/usr/share/fonts", "/usr/local/share/fonts"].some(
      (folder) =>
        existsSync(folder) &&
        readdirSync(folder, { recursive: true, encoding: "utf8" }).some((file) =>
          /(cjk|wqy|droidsansfallback)/i.test(file),
        ),
    ),
  debianPackages: ["fonts-wqy-microhei"],
};

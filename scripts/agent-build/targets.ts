import type { Platform } from "../../lib/contract/platform.ts";
import { UserError } from "../user-error.ts";

/** A platform that ifrit-agent is built for, with the names that npm and Deno have for it. */
export type Target = {
  /** What people type and read. */
  name: string;
  /** What packages and machines say. */
  platform: Platform;
  os: "linux" | "darwin" | "windows";
  /** Deno's runtime on npm; its version and digest stand in package-lock.json. */
  runtimePackage: string;
  /** What `deno compile --target` takes. */
  triple: string;
};

export const targets: readonly Target[] = [
  target("linux-x64", "linux-x64", "linux-x64-glibc", "x86_64-unknown-linux-gnu"),
  target("linux-arm64", "linux-arm64", "linux-arm64-glibc", "aarch64-unknown-linux-gnu"),
  target("macos-x64", "darwin-x64", "darwin-x64", "x86_64-apple-darwin"),
  target("macos-arm64", "darwin-arm64", "darwin-arm64", "aarch64-apple-darwin"),
  target("windows-x64", "windows-x64", "win32-x64", "x86_64-pc-windows-msvc"),
  target("windows-arm64", "windows-arm64", "win32-arm64", "aarch64-pc-windows-msvc"),
];

function target(name: string, platform: Platform, runtime: string, triple: string): Target {
  const os = platform.split("-")[0] as Target["os"];
  return { name, platform, os, runtimePackage: `@deno/${runtime}`, triple };
}

/** `all`, or names separated by commas; a package's word for macOS (darwin) counts too. */
export function chooseTargets(words: string): Target[] {
  if (words === "all") return [...targets];
  return words.split(",").map((word) => {
    const found = targets.find(({ name, platform }) => word === name || word === platform);
    if (found) return found;
    throw new UserError(
      `There is no target ${word}.`,
      `The targets: ${targets.map(({ name }) => name).join(", ")}, or all.`,
    );
  });
}

/** The target that this machine runs; null: Deno is not made for it. */
export function hostTarget(
  host: { platform: string; arch: string } = { platform: process.platform, arch: process.arch },
): Target | null {
  const os = host.platform === "win32" ? "windows" : host.platform;
  return targets.find(({ platform }) => platform === `${os}-${host.arch}`) ?? null;
}

export function executableName(name: string, { os }: Pick<Target, "os">): string {
  return os === "windows" ? `${name}.exe` : name;
}

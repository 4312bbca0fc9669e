import type { MachineFacts } from "@contract/machine-facts.ts";
import type { MachineType } from "@contract/machine-type.ts";
import { Platform } from "@contract/platform.ts";
import { readTextOrNull } from "../platform/durable-file.ts";
import { ifritAgentVersion } from "../version.ts";

export interface HostBuild {
  os: string;
  arch: string;
}

export function platformOf(build: HostBuild): Platform {
  const arch = build.arch === "aarch64" ? "arm64" : "x64";
  return Platform.parse(`${build.os}-${arch}`);
}

/** A container counts as one whatever its CPU; then Windows; then arm64; the rest is LINUX. */
export function machineTypeOf(build: HostBuild, inContainer: boolean): MachineType {
  if (build.os === "windows") return "WINDOWS";
  if (inContainer) return "CONTAINER";
  return build.arch === "aarch64" ? "ARM64" : "LINUX";
}

export async function isContainer(): Promise<boolean> {
  const marks = await Promise.all(
    ["/.dockerenv", "/run/.containerenv"].map((path) => readTextOrNull(path).catch(() => null)),
  );
  return marks.some((mark) => mark !== null);
}

export function readFacts(given: {
  machineType: MachineType;
  labels: Record<string, string>;
  bootId: string;
}): MachineFacts {
  return {
    hostname: Deno.hostname() || "unknown",
    type: given.machineType,
    platform: platformOf(Deno.build),
    kernel: Deno.osRelease().slice(0, 255),
    addresses: addresses(),
    labels: given.labels,
    bootId: given.bootId,
    ifritAgentVersion,
  };
}

function addresses(): string[] {
  return Deno.networkInterfaces()
    .filter((face) => face.name !== "lo" && !face.address.startsWith("fe80:"))
    .map((face) => face.address)
    .slice(0, 32);
}

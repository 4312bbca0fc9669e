import type { MachineFacts } from "../../../lib/contract/machine-facts.ts";
import { type MachineType, machineTypes } from "../../../lib/contract/machine-type.ts";
import type { Platform } from "../../../lib/contract/platform.ts";
import type { Behaviours } from "../behaviour/behaviours.ts";
import { draw } from "../behaviour/random.ts";

export const simulatedAgentVersion = "0.1.0-simulated";

const platformOf: Record<MachineType, Platform> = {
  CONTAINER: "linux-x64",
  LINUX: "linux-x64",
  ARM64: "linux-arm64",
  WINDOWS: "windows-x64",
};
const kernelOf: Record<MachineType, string> = {
  CONTAINER: "6.8.0-container",
  LINUX: "6.8.0",
  ARM64: "6.8.0-arm64",
  WINDOWS: "10.0.20348",
};
const racks = 40;

export function machineIdOf(fleetName: string, index: number): string {
  return `${fleetName}-${String(index).padStart(6, "0")}`;
}

/** By the weights of the types; the same for an index in every run of a seed. */
export function machineTypeOf(
  types: Behaviours["types"],
  seed: number,
  index: number,
): { type: MachineType; platform: Platform } {
  const total = machineTypes.reduce((sum, type) => sum + (types[type] ?? 0), 0);
  let point = draw(seed, index, "type") * total;
  const type = machineTypes.find((candidate) => {
    point -= types[candidate] ?? 0;
    return point < 0;
  });
  const chosen = type ?? "LINUX";
  return { type: chosen, platform: platformOf[chosen] };
}

export function factsOf(
  machine: { index: number; id: string; type: MachineType; platform: Platform },
  fleetName: string,
): MachineFacts {
  const { index, id, type, platform } = machine;
  return {
    hostname: `${id}.sim`,
    type,
    platform,
    kernel: kernelOf[type],
    addresses: [`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`],
    labels: { fleet: fleetName, rack: `r${String(index % racks).padStart(2, "0")}` },
    bootId: "",
    ifritAgentVersion: simulatedAgentVersion,
  };
}

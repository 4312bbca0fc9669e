import { z } from "zod";

/** The four kinds of machine. A release names the kinds it is for. */
export const machineTypes = ["CONTAINER", "LINUX", "ARM64", "WINDOWS"] as const;

export const MachineType = z.enum(machineTypes);
export type MachineType = z.infer<typeof MachineType>;

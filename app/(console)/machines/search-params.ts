import { parseAsBoolean, parseAsString, parseAsStringLiteral } from "nuqs/server";
import { machineTypes } from "@/lib/contract/machine-type.ts";
import { machinePhases } from "@/lib/machines/queries.ts";

export const connectivities = ["online", "offline", "pending"] as const;

export const pageSize = 100;

export const machineParams = {
  cluster: parseAsString,
  q: parseAsString.withDefault(""),
  type: parseAsStringLiteral(machineTypes),
  agent: parseAsString,
  version: parseAsString,
  phase: parseAsStringLiteral(machinePhases),
  connectivity: parseAsStringLiteral(connectivities),
  cursor: parseAsString,
  /** The enrol drawer is open. */
  enrol: parseAsBoolean.withDefault(false),
};

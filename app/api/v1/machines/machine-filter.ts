import { z } from "zod";
import { optionalText } from "@/lib/access/cursor.ts";
import { agentPhases } from "@/lib/contract/agent-state.ts";
import { MachineType } from "@/lib/contract/machine-type.ts";

/** By what machines are found, in a list and in its export. */
export const machineFilter = {
  ...{ cluster: optionalText, q: optionalText, agent: optionalText, version: optionalText },
  type: MachineType.optional(),
  phase: z.enum([...agentPhases, "unhealthy"]).optional(),
  connectivity: z.enum(["online", "offline", "pending"]).optional(),
  status: z.enum(["pending", "accepted", "parked", "revoked"]).optional(),
};

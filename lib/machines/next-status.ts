import type { MachineStatus } from "../../drizzle/schema/machines.ts";
import { type MachineVerb, machineVerbStatuses } from "../contract/machine-views.ts";

type Rule = { to: MachineStatus; otherwise: string };

const rules: Record<MachineVerb, Rule> = {
  accept: { to: "accepted", otherwise: "Only a machine that waits is accepted." },
  park: { to: "parked", otherwise: "Only an accepted machine is parked." },
  unpark: { to: "accepted", otherwise: "It is not parked." },
  revoke: { to: "revoked", otherwise: "It is revoked already." },
  renew: {
    to: "parked",
    otherwise: "A machine that waits has no key to renew: accept or revoke it.",
  },
};

/** What a verb makes of a machine; a sentence: it does not apply. */
export function nextStatus(
  verb: MachineVerb,
  machine: { status: MachineStatus; publicKey: string },
): { status: MachineStatus } | string {
  const { to, otherwise } = rules[verb];
  if (!machineVerbStatuses[verb].includes(machine.status)) return otherwise;
  // Nobody could prove to be it.
  if (to === "accepted" && machine.publicKey === "")
    return "It has no key yet: enroll it on the machine with --new-key.";
  return { status: to };
}

export function statusAfter(verb: MachineVerb): MachineStatus {
  return rules[verb].to;
}

import type { MachineStatus } from "../../drizzle/schema/machines.ts";
import type { MachineVerb } from "../contract/machine-views.ts";

type Rule = { from: readonly MachineStatus[]; to: MachineStatus; otherwise: string };

const rules: Record<MachineVerb, Rule> = {
  accept: {
    from: ["pending"],
    to: "accepted",
    otherwise: "Only a machine that waits is accepted.",
  },
  park: { from: ["accepted"], to: "parked", otherwise: "Only an accepted machine is parked." },
  unpark: { from: ["parked"], to: "accepted", otherwise: "It is not parked." },
  revoke: {
    ...{ from: ["pending", "accepted", "parked"], to: "revoked" },
    otherwise: "It is revoked already.",
  },
  renew: {
    ...{ from: ["accepted", "parked", "revoked"], to: "parked" },
    otherwise: "A machine that waits has no key to renew: accept or revoke it.",
  },
};

/** What a verb makes of a machine; a sentence: it does not apply. */
export function nextStatus(
  verb: MachineVerb,
  machine: { status: MachineStatus; publicKey: string },
): { status: MachineStatus } | string {
  const { from, to, otherwise } = rules[verb];
  if (!from.includes(machine.status)) return otherwise;
  // Nobody could prove to be it.
  if (to === "accepted" && machine.publicKey === "")
    return "It has no key yet: enroll it on the machine with --new-key.";
  return { status: to };
}

/** The statuses that a verb applies to. */
export function statusesFor(verb: MachineVerb): readonly MachineStatus[] {
  return rules[verb].from;
}

export function statusAfter(verb: MachineVerb): MachineStatus {
  return rules[verb].to;
}

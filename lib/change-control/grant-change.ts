import type { AgentRefusal, ChangeRefusal } from "../contract/change-headers.ts";
import type { DesiredDocument } from "../desired-state/compose-desired-state.ts";
import type { MachineClaims } from "../machines/machine-token.ts";
import type { Services } from "../platform/services.ts";
import {
  type ChangePermission,
  type ChangeQuestion,
  changePermission,
} from "../releases/engine/change-permission.ts";
import type { ChangeControl } from "./change-control.ts";
import { type DocumentView, documentView } from "./document-view.ts";
import { noteRefusal } from "./note-refusal.ts";
import { giveBackPlace, type PlaceFacts, readPlaces, takePlace } from "./places.ts";
import { readKnownMachine } from "./read-known-machine.ts";
import { type MachineChange, wantedChanges } from "./wanted-changes.ts";

export type GrantContext = {
  services: Pick<Services, "db" | "redis" | "log">;
  changeControl: ChangeControl;
  now: () => number;
  poll: { seconds: number };
};

/** null: everything may change. */
export type ChangeVerdict = { machine: ChangeRefusal | null; agents: AgentRefusal[] } | null;

export type AskedByMachine = {
  /** "" when the machine sent none. */
  stateDigest: string;
  /** The agent that it is about to switch. */
  switching: string | undefined;
};

/** A policy that could not be read again for so long may miss a freeze. */
const policyAgeMsMax = 30_000;
const placeLifetimeMsMin = 60_000;
const nothingHeld: PlaceFacts = {
  held: null,
  changing: { normal: 0, rollBack: 0 },
  lastChangedAtMs: null,
};

/**
 * May a machine change now that is not where its document wants it? Where the cluster has no rule
 * that could say no, the answer comes from memory at once. Whatever cannot be read means no; agents
 * that run are not touched by that.
 */
export function grantChange(
  context: GrantContext,
  machine: MachineClaims,
  document: DesiredDocument,
  asked: AskedByMachine,
): ChangeVerdict | Promise<ChangeVerdict> {
  const { policy, policyAtMs } = context.changeControl;
  if (!policy || context.now() - policyAtMs > policyAgeMsMax)
    return noted(context, machine, unavailable("mysql"));
  const view = documentView(policy, machine.clusterId, document);
  if (!view.needsMachine) return noted(context, machine, null);
  return decide(context, machine, view, asked).then((verdict) => noted(context, machine, verdict));
}

/** The machine is where it should be: it needs no place any more. Memory only, unless it has one. */
export function endChange(context: GrantContext, { clusterId, machineId }: MachineClaims): void {
  const { places, refusals } = context.changeControl;
  if (places.get(clusterId)?.delete(machineId)) giveBack(context, clusterId, machineId);
  if (refusals.size > 0) noteRefusal(context.changeControl, clusterId, machineId, null, 0);
}

async function decide(
  context: GrantContext,
  machine: MachineClaims,
  view: DocumentView,
  asked: AskedByMachine,
): Promise<ChangeVerdict> {
  const { services, changeControl } = context;
  const { clusterId, machineId } = machine;
  let store = "mysql";
  try {
    const known = await readKnownMachine(
      changeControl.machines,
      context,
      machineId,
      asked.stateDigest,
    );
    const wanted = wantedChanges(view.policy, clusterId, view.agents, known, asked.switching);
    store = "redis";
    const places = view.needsPlaces
      ? await readPlaces(services.redis, clusterId, machineId)
      : nothingHeld;
    const question = questionOf(view, machine, wanted, known.labels, places, context.now());
    const permission = changePermission(question);
    const final = view.needsPlaces
      ? await settlePlace(context, machine, view, { question, wanted, places }, permission)
      : permission;
    return verdictOf(final);
  } catch (error) {
    services.log.warn({ err: String(error), machineId, store }, "no change granted");
    return unavailable(store);
  }
}

function questionOf(
  { policy, rules }: DocumentView,
  { clusterId, machineId }: MachineClaims,
  wanted: readonly MachineChange[],
  labels: Readonly<Record<string, string>>,
  { held, changing, lastChangedAtMs }: PlaceFacts,
  nowMs: number,
): ChangeQuestion {
  const stillWanted = (name: string) => wanted.some(({ agentName }) => agentName === name);
  const own = (counts: "normal" | "rollBack") => (held?.counts === counts ? 1 : 0);
  return {
    machine: {
      ...{ machineId, clusterId, labels, lastChangedAtMs },
      changing: held?.agents.filter(stillWanted) ?? [],
      countedAs: held?.counts ?? null,
    },
    wanted,
    rules,
    freezes: policy.freezes,
    holds: policy.holds,
    othersChanging: {
      normal: changing.normal - own("normal"),
      rollBack: changing.rollBack - own("rollBack"),
    },
    nowMs,
  };
}

type Asked = { question: ChangeQuestion; wanted: readonly MachineChange[]; places: PlaceFacts };

/**
 * Makes a permission good: with a place that is counted, or without one where nothing will happen.
 * The count may have grown since it was read; then the rule is asked again with the new one.
 */
async function settlePlace(
  context: GrantContext,
  machine: MachineClaims,
  view: DocumentView,
  asked: Asked,
  permission: ChangePermission,
): Promise<ChangePermission> {
  const { question, wanted, places } = asked;
  if (!permission.allowed) {
    const isSwitching = wanted.some((change) => change.isSwitching);
    if (places.held && !isSwitching) await dropPlace(context, machine);
    return permission;
  }
  const agents = permission.agents.filter((name) =>
    wanted.some((change) => change.agentName === name && !change.isStuck),
  );
  if (agents.length === 0) {
    if (places.held) await dropPlace(context, machine);
    return permission;
  }
  const { counts } = permission;
  const { taken, changing } = await take(context, machine, view, counts, agents);
  if (taken) return permission;
  const { changingMax, rollBackChangingMax } = view.rules;
  const max = (counts === "normal" ? changingMax : rollBackChangingMax) ?? 0;
  const again = changePermission({
    ...question,
    machine: { ...question.machine, countedAs: null },
    othersChanging: { ...question.othersChanging, [counts]: Math.max(changing, max) },
  });
  if (!again.allowed || again.counts === counts) return again;
  return settlePlace(context, machine, view, asked, again);
}

async function take(
  { services, changeControl, poll }: GrantContext,
  { clusterId, machineId }: MachineClaims,
  { rules }: DocumentView,
  counts: "normal" | "rollBack",
  agents: readonly string[],
): Promise<{ taken: boolean; changing: number }> {
  const result = await takePlace(services.redis, {
    ...{ clusterId, machineId, counts, agents },
    changingMax: counts === "normal" ? rules.changingMax : rules.rollBackChangingMax,
    lifetimeMs: Math.max(placeLifetimeMsMin, poll.seconds * 3_000),
    rememberMs: rules.secondsBetweenChanges * 1000,
  });
  if (!result.taken) return result;
  const held = changeControl.places.get(clusterId) ?? new Set();
  changeControl.places.set(clusterId, held.add(machineId));
  return result;
}

async function dropPlace(
  { services, changeControl }: GrantContext,
  { clusterId, machineId }: MachineClaims,
): Promise<void> {
  changeControl.places.get(clusterId)?.delete(machineId);
  await giveBackPlace(services.redis, clusterId, machineId);
}

function giveBack({ services }: GrantContext, clusterId: string, machineId: string): void {
  giveBackPlace(services.redis, clusterId, machineId).catch((error) =>
    services.log.warn({ err: String(error), machineId }, "place not given back; it runs out"),
  );
}

function verdictOf(permission: ChangePermission): ChangeVerdict {
  if (!permission.allowed)
    return { machine: { code: permission.code, values: permission.values }, agents: [] };
  return permission.blocked.length > 0 ? { machine: null, agents: permission.blocked } : null;
}

function unavailable(store: string): ChangeVerdict {
  return { machine: { code: "unavailable", values: { store } }, agents: [] };
}

function noted(
  { changeControl, now }: GrantContext,
  { clusterId, machineId }: MachineClaims,
  verdict: ChangeVerdict,
): ChangeVerdict {
  if (verdict || changeControl.refusals.size > 0)
    noteRefusal(changeControl, clusterId, machineId, verdict, now());
  return verdict;
}

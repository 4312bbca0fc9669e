import { nextPollDelayMs } from "../../../agent/poll/backoff.ts";
import { readBlockedAgentsHeader } from "../../../lib/contract/change-headers.ts";
import { header } from "../../../lib/contract/headers.ts";
import { isApplied, waitingForWord } from "../behaviour/move-on.ts";
import type { Answer } from "../http/answer.ts";
import { problemOf, retryAfterMs } from "../http/master-client.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { moveMachine } from "./move-machine.ts";
import { enrollMachine, renewToken } from "./obtain-token.ts";
import { countError } from "./tally.ts";
import { scaled, type World } from "./world.ts";

const usualPollSeconds = 60;

/** A switch that waits for the master's word: it is asked for by release, and granted for that only. */
type Asked = { name: string; releaseId: number | null };

export function checkIn(world: World, machine: SimMachine): void {
  machine.polling = true;
  if (machine.token !== null && world.now() < machine.tokenRenewAtMs) send(world, machine);
  else
    void renewed(world, machine).then((failed) => {
      if (!failed) send(world, machine);
      else if (!world.stopping.aborted) postpone(world, machine, failed.answer);
    });
}

async function renewed(world: World, machine: SimMachine) {
  if (!machine.enrolled) {
    const refusal = await enrollMachine(world, machine);
    if (refusal) return refusal;
  }
  return renewToken(world, machine);
}

function send(world: World, machine: SimMachine): void {
  const { document, visible, agents, token } = machine;
  const asked = askedOf(machine);
  // With agents out of sight nothing can be said of the whole document.
  const applied = visible === document && visible && isApplied(agents, visible.byName);
  const sentAtMs = performance.now();
  world.client.checkIn(
    {
      token: token ?? "",
      etag: document?.etag ?? null,
      stateDigest: world.digests.of(machine),
      appliedEtag: applied ? visible.etag : null,
      switching: asked?.name ?? null,
    },
    (answer) => {
      world.tally.latencies.add(performance.now() - sentAtMs);
      takeAnswer(world, machine, answer, asked);
    },
  );
}

/** One after the other, as ifrit-agent switches them. */
function askedOf({ agents, visible }: SimMachine): Asked | null {
  const [name] = waitingForWord(agents, visible?.byName ?? null);
  if (name === undefined) return null;
  const agent = agents.find(({ state }) => state.name === name);
  return { name, releaseId: agent?.state.releaseId ?? null };
}

function takeAnswer(
  world: World,
  machine: SimMachine,
  answer: Answer | null,
  asked: Asked | null,
): void {
  if (world.stopping.aborted) return;
  if (answer?.status !== 200 && answer?.status !== 304) {
    if (answer?.status === 401) machine.token = null;
    countError(world.tally, answer ? problemOf(answer).code : "no_answer");
    postpone(world, machine, answer);
    return;
  }
  const nowMs = world.now();
  const { tally, documents } = world;
  const document = documents.take(answer.headers.etag ?? "", answer.body, nowMs);
  if (!document) {
    countError(tally, "not_a_desired_state");
    postpone(world, machine, null);
    return;
  }
  tally.checkIns += 1;
  if (answer.status === 304) tally.notModified += 1;
  else tally.documents += 1;
  machine.polling = false;
  if (machine.presence !== "online") return;
  machine.pollFailures = 0;
  machine.lastCheckInMs = nowMs;
  machine.document = document;
  // What cannot be read blocks everything.
  const hidden = readBlockedAgentsHeader(answer.headers[header.blockedAgents] ?? null);
  machine.visible = hidden ? documents.without(document, new Set(hidden.keys())) : document;
  machine.mayChange = hidden !== null && isAllowed(answer.headers[header.change]);
  if (!machine.mayChange || machine.visible !== document) tally.blocked += 1;
  if (answer.headers[header.reportWanted] === "full") machine.fullReportWanted = true;
  machine.pollMs = toldPollMs(world, answer);
  machine.pollDueMs = nowMs + delayMs(world, machine, answer);
  moveMachine(world, machine, nowMs, agreed(machine, asked));
  world.attend(machine);
}

/** What was asked for is allowed, and still what is wanted. */
function agreed({ mayChange, visible }: SimMachine, asked: Asked | null): string[] {
  if (!mayChange || !asked) return [];
  const isWanted = visible?.byName.get(asked.name)?.releaseId === asked.releaseId;
  return isWanted ? [asked.name] : [];
}

/** Whatever went wrong: nothing changes on the machine, and it asks again later. */
function postpone(world: World, machine: SimMachine, answer: Answer | null): void {
  machine.polling = false;
  machine.mayChange = false;
  machine.pollFailures += 1;
  // A token that has just expired is no reason to wait.
  const isFirst = answer?.status === 401 && machine.pollFailures === 1;
  const waitMs = isFirst ? 0 : delayMs(world, machine, answer);
  machine.pollDueMs = world.now() + waitMs;
  world.attend(machine);
}

/** As ifrit-agent reads it: no header allows, and a word that is not known blocks. */
export function isAllowed(value: string | undefined): boolean {
  return value === undefined || value.split(";", 1)[0]!.trim().toLowerCase() === "allowed";
}

/** By ifrit-agent's own rule. Its first seconds and Retry-After are the wall's, whatever the time scale. */
function delayMs(world: World, machine: SimMachine, answer: Answer | null): number {
  const timing = {
    ...{ intervalMs: scaled(world, usualPollSeconds * 1000), nextPollMs: machine.pollMs },
    ...{ failures: machine.pollFailures, reached: machine.lastCheckInMs > 0 },
    retryAfterMs: (answer && retryAfterMs(answer)) || null,
  };
  return nextPollDelayMs(timing, world.random);
}

function toldPollMs(world: World, answer: Answer): number | null {
  const seconds = Number(answer.headers[header.nextPollSeconds]);
  return Number.isFinite(seconds) && seconds > 0 ? scaled(world, seconds * 1000) : null;
}

import {
  type ChangeVerdict,
  endChange,
  type GrantContext,
  grantChange,
} from "../change-control/grant-change.ts";
import { writeBlockedAgentsHeader, writeChangeHeader } from "../contract/change-headers.ts";
import { header } from "../contract/headers.ts";
import { type DesiredDocument, documentFor } from "../desired-state/compose-desired-state.ts";
import { awaitsSignature, type DesiredStateCache } from "../desired-state/desired-state-cache.ts";
import { type AgentAnswer, fixedProblem } from "../platform/agent-answer.ts";
import { authenticateMachine, isRefusal, type MachineGate } from "./authenticate-machine.ts";
import { type Heartbeats, noteHeartbeat } from "./heartbeats.ts";
import { pollSeconds } from "./poll-seconds.ts";

/** What a check-in touches: memory only, while the machine is where it should be. */
export type CheckInContext = MachineGate &
  GrantContext & {
    desired: DesiredStateCache;
    heartbeats: Heartbeats;
    /** Machines that are to send a full report. */
    wantFullReport: Set<string>;
    /** Machines of each cluster, roughly. */
    machineCounts: ReadonlyMap<string, number>;
    poll: { seconds: number; fastSeconds: number };
  };

export type CheckInInput = {
  authorization: string | undefined;
  ifNoneMatch: string | undefined;
  /** Digest of the state that the machine is in. */
  stateDigest: string | undefined;
  /** ETag of the desired state that it has fully applied. */
  appliedEtag: string | undefined;
  /** The agent that it is about to switch. */
  switching: string | undefined;
};

const notLoaded = fixedProblem("unavailable", "The desired state is not loaded yet.", 5);
const digestPattern = /^[0-9a-f]{32}$/;

/**
 * A machine's poll. Of a machine that has applied its document it is synchronous and without I/O: the
 * token names the machine, the rest is look-ups. Of another one the answer also says whether it may
 * change now, and only where that cannot be said from memory it comes later.
 * INVARIANT: an answer is 200 with a document or 304 only when this process has the cluster's
 * desired state; otherwise it is an error, which changes nothing on a machine.
 */
export function checkIn(
  context: CheckInContext,
  input: CheckInInput,
): AgentAnswer | Promise<AgentAnswer> {
  const machine = authenticateMachine(context, input.authorization);
  if (isRefusal(machine)) return machine;
  const cluster = context.desired.get(machine.clusterId);
  const document = cluster && documentFor(cluster.composition, machine);
  if (!document || awaitsSignature(cluster)) return notLoaded;

  const nowMs = context.now();
  const { stateDigest } = input;
  const digest = stateDigest !== undefined && digestPattern.test(stateDigest) ? stateDigest : "";
  noteHeartbeat(context.heartbeats, machine, nowMs, digest);

  const wantFull = context.wantFullReport.size > 0 && context.wantFullReport.has(machine.machineId);
  const applied = input.appliedEtag === document.etag || sameEtag(input.appliedEtag, document.etag);
  const seconds = pollSeconds(context.poll, {
    applied,
    typeIsChanging: cluster.changingTypes.has(machine.type),
    contentsAgeMs: nowMs - cluster.changedAtMs,
    machines: context.machineCounts.get(machine.clusterId) ?? 0,
  });
  const current = input.ifNoneMatch === document.etag || matches(input.ifNoneMatch, document.etag);
  const { newsHeaders } = cluster;
  const answer = answerOf(document, newsHeaders, current ? 304 : 200, seconds, wantFull);
  if (applied) {
    endChange(context, machine);
    return answer;
  }
  const asked = { stateDigest: digest, switching: input.switching };
  const verdict = grantChange(context, machine, document, asked);
  return verdict instanceof Promise
    ? verdict.then((given) => withVerdict(answer, given))
    : withVerdict(answer, verdict);
}

function withVerdict(answer: AgentAnswer, verdict: ChangeVerdict): AgentAnswer {
  if (!verdict) return answer;
  const headers = [...answer.headers];
  if (verdict.machine) headers.push(header.change, writeChangeHeader(verdict.machine));
  if (verdict.agents.length > 0)
    headers.push(header.blockedAgents, writeBlockedAgentsHeader(verdict.agents));
  return { ...answer, headers };
}

/** Of one document under one signature: each rebuild signs anew. */
type AnswersOfDocument = { newsHeaders: readonly string[]; byKey: Map<number, AgentAnswer> };
const answers = new WeakMap<DesiredDocument, AnswersOfDocument>();

/** Answers differ in a few ways only, so they are built once per document. */
function answerOf(
  document: DesiredDocument,
  newsHeaders: readonly string[],
  status: 200 | 304,
  seconds: number,
  wantFull: boolean,
): AgentAnswer {
  let known = answers.get(document);
  if (known?.newsHeaders !== newsHeaders) {
    known = { newsHeaders, byKey: new Map() };
    answers.set(document, known);
  }
  const key = seconds * 4 + (status === 200 ? 2 : 0) + (wantFull ? 1 : 0);
  let answer = known.byKey.get(key);
  if (!answer) {
    answer = buildAnswer(document, newsHeaders, status, seconds, wantFull);
    known.byKey.set(key, answer);
  }
  return answer;
}

function buildAnswer(
  document: DesiredDocument,
  newsHeaders: readonly string[],
  status: 200 | 304,
  seconds: number,
  wantFull: boolean,
): AgentAnswer {
  const { etag, bytes } = document;
  const headers = ["etag", etag, "cache-control", "private, no-cache"];
  headers.push(header.nextPollSeconds, String(seconds), ...newsHeaders);
  if (wantFull) headers.push(header.reportWanted, "full");
  if (status === 304) return { status, headers, body: null };
  headers.push("content-type", "application/json", "content-length", String(bytes.length));
  return { status, headers, body: bytes };
}

/** If-None-Match: a list, weak marks and "*" are allowed (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .some((candidate) => candidate.trim() === "*" || sameEtag(candidate.trim(), etag));
}

/** Machines may leave out the quotes or add a weak mark. */
function sameEtag(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  const bare = given.startsWith("W/") ? given.slice(2) : given;
  return bare === etag || `"${bare}"` === etag;
}

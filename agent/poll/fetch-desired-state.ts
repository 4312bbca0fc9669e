import { readBlockedAgentsHeader } from "@contract/change-headers.ts";
import { DesiredState } from "@contract/desired-state.ts";
import { agentPaths, header } from "@contract/headers.ts";
import { digestInEtag, type KnownDesired, sha256Of } from "./desired-store.ts";
import { MasterError } from "./master-error.ts";
import type { MasterSession } from "./master-session.ts";
import { type Answer, parseAnswer } from "./send-request.ts";

/** Whether anything may change on this machine now, and if not, why. */
export interface Grant {
  allowed: boolean;
  reason: string | null;
}

export interface CheckIn {
  /** Null: what is known holds (304). */
  received: KnownDesired | null;
  grant: Grant;
  /** Agents that have to be left as they are though others may change, each with the reason. */
  blockedAgents: ReadonlyMap<string, string>;
  fullReportWanted: boolean;
  nextPollMs: number | null;
  /** As they came: nothing is verified yet. */
  freshness: string | null;
  newestRoot: number | null;
}

export async function fetchDesiredState(
  session: MasterSession,
  given: {
    etag: string | null;
    stateDigest: string;
    appliedEtag: string | null;
    /** The agent that is about to be switched, when that is why it is asked. */
    switching: string | null;
    nowMs: number;
  },
): Promise<CheckIn> {
  const headers = new Headers({
    accept: "application/json",
    [header.stateDigest]: given.stateDigest,
  });
  if (given.etag) headers.set("if-none-match", given.etag);
  if (given.appliedEtag) headers.set(header.appliedEtag, given.appliedEtag);
  if (given.switching) headers.set(header.switching, given.switching);
  const answer = await session.request(agentPaths.desiredState, { headers });
  const blockedAgents = readBlockedAgentsHeader(answer.headers.get(header.blockedAgents));
  return {
    received: answer.status === 304 ? null : await received(answer, session, given.nowMs),
    grant: blockedAgents === null ? unreadable : readGrant(answer.headers.get(header.change)),
    blockedAgents: blockedAgents ?? new Map(),
    fullReportWanted: answer.headers.get(header.reportWanted) === "full",
    nextPollMs: readNextPollMs(answer.headers.get(header.nextPollSeconds)),
    freshness: answer.headers.get(header.freshness),
    newestRoot: readRootVersion(answer.headers.get(header.root)),
  };
}

async function received(
  answer: Answer,
  session: MasterSession,
  nowMs: number,
): Promise<KnownDesired> {
  const state = parseAnswer(answer, DesiredState);
  if (session.clusterId !== null && state.clusterId !== session.clusterId) {
    throw new MasterError(
      "malformed",
      `a desired state of cluster ${state.clusterId} came, this machine is in ${session.clusterId}`,
    );
  }
  const names = new Set(state.agents.map((agent) => agent.name));
  if (names.size !== state.agents.length) {
    throw new MasterError("malformed", "the desired state names an agent twice");
  }
  const etag = answer.headers.get("etag");
  const sha256 = await sha256Of(answer.bytes);
  // Something on the way changed the bytes.
  if ((digestInEtag(etag) ?? sha256) !== sha256)
    throw new MasterError("malformed", "the desired state is not the one that its ETag names");
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(answer.bytes);
  return { etag, receivedAtMs: nowMs, state, text, sha256, statement: null };
}

/** No header allows; any value but "allowed" blocks, so that a word of a newer master is never taken for a yes. */
export function readGrant(value: string | null): Grant {
  if (value === null) return { allowed: true, reason: null };
  const [verdict = "", ...rest] = value.split(";");
  if (verdict.trim().toLowerCase() === "allowed") return { allowed: true, reason: null };
  return { allowed: false, reason: rest.join(";").trim() || "blocked by the master" };
}

/** Which agents are blocked cannot be told, so all are. */
const unreadable: Grant = { allowed: false, reason: "the master's answer cannot be read" };

function readNextPollMs(value: string | null): number | null {
  if (value === null || !/^\d{1,6}$/.test(value.trim())) return null;
  return Math.max(1, Number(value)) * 1000;
}

export function readRootVersion(value: string | null): number | null {
  return value !== null && /^\d{1,10}$/.test(value.trim()) ? Number(value) : null;
}

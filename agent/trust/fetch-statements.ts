import { envelopeCharsMax } from "@contract/dsse.ts";
import { TrustRootsResponse } from "@contract/enroll.ts";
import { agentPaths, header } from "@contract/headers.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import type { StatementAnswer } from "../poll/desired-document.ts";
import { MasterError } from "../poll/master-error.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { type AnswerLimits, parseAnswer, refusalOf, sendRequest } from "../poll/send-request.ts";
import { unsigned } from "./trust-problem.ts";

/** A statement is a few KiB: whoever sends more, or drips it, has nothing to say (TUF: "endless data", "slow retrieval"). */
const envelopeLimits: AnswerLimits = { timeoutMs: 10_000, bytesMax: envelopeCharsMax };
const rootsLimits: AnswerLimits = { timeoutMs: 30_000, bytesMax: 20 * envelopeCharsMax };

type Session = Pick<MasterSession, "request">;

/** Of the document that this machine should have now. @throws TrustError · MasterError */
export async function fetchStatement(session: Session): Promise<StatementAnswer> {
  const path = agentPaths.statement;
  const answer = await fetchEnvelope(session, path, "the master has no statement for this machine");
  const { headers } = answer;
  return {
    text: answer.text,
    etag: headers.get("etag"),
    freshness: headers.get(header.freshness),
  };
}

/** The release keys' word on an archive. @throws TrustError · MasterError */
export async function fetchSignature(session: Session, sha256: string): Promise<string> {
  const path = `${agentPaths.packages}${sha256}/signature`;
  return (await fetchEnvelope(session, path, "the package has no signature on the master")).text;
}

async function fetchEnvelope(session: Session, path: string, missing: string) {
  try {
    const { bytes, headers } = await session.request(path, {}, envelopeLimits);
    return { text: new TextDecoder().decode(bytes), headers };
  } catch (error) {
    if (!(error instanceof MasterError)) throw error;
    if (error.status === 404) throw unsigned(missing);
    if (error.kind === "malformed") throw new TrustError("too_large", error.message);
    throw error;
  }
}

/** The root documents after a version, oldest first. They are no secret: no token is needed. */
export async function fetchRoots(
  fetcher: typeof fetch,
  masterUrl: string,
  after: number,
): Promise<string[]> {
  const url = new URL(`${agentPaths.roots}?after=${after}`, masterUrl).href;
  const answer = await sendRequest(fetcher, url, {}, rootsLimits);
  if (answer.status !== 200) throw refusalOf(answer);
  return parseAnswer(answer, TrustRootsResponse).roots;
}

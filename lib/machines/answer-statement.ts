import type { DesiredStateCache } from "../desired-state/desired-state-cache.ts";
import { type AgentAnswer, fixedProblem } from "../platform/agent-answer.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { signMachineDocument } from "../signing/sign-machine-document.ts";
import { authenticateMachine, isRefusal, type MachineGate } from "./authenticate-machine.ts";

const signsNothing = fixedProblem(
  "not_found",
  "This master signs nothing: it has no root document.",
);
const notYet = fixedProblem("unavailable", "This master cannot sign just now.", 30);

/**
 * The signed word that the machine's present document is meant for it, with the news that it belongs
 * to. Asked for by machines that have something to change, never in the steady state.
 */
export async function answerStatement(
  context: MachineGate & { services: Pick<Services, "env" | "log">; desired: DesiredStateCache },
  authorization: string | undefined,
): Promise<AgentAnswer> {
  const machine = authenticateMachine(context, authorization);
  if (isRefusal(machine)) return machine;
  const cluster = context.desired.get(machine.clusterId);
  const { standing, news } = cluster?.signing ?? {};
  if (standing === "off") return signsNothing;
  const { director } = await readOwnTrust(context.services);
  if (!cluster || !news || !director || standing !== "signs") return notYet;
  const { composition, newsHeaders } = cluster;
  const signed = await signMachineDocument(composition, machine, news.documentSequence, director);
  if (!signed) return notYet;
  const body = Buffer.from(signed.text);
  const headers = [
    ...["content-type", "application/json", "cache-control", "private, no-cache"],
    ...["etag", signed.document.etag, ...newsHeaders, "content-length", String(body.length)],
  ];
  return { status: 200, headers, body };
}

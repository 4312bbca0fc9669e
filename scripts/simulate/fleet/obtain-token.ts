import {
  type EnrollRequest,
  EnrollResponse,
  type TokenRequest,
  TokenResponse,
  tokenProofText,
} from "../../../lib/contract/enroll.ts";
import { agentPaths } from "../../../lib/contract/headers.ts";
import type { Answer } from "../http/answer.ts";
import { problemOf } from "../http/master-client.ts";
import { factsOf } from "../machine/describe-machine.ts";
import { parseJson } from "../machine/desired-documents.ts";
import { machineKey, publicKeyOf, signText } from "../machine/machine-key.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { countError } from "./tally.ts";
import type { World } from "./world.ts";

/** The master refuses this fleet, and would refuse it again. */
export class FleetRefusedError extends Error {
  override readonly name = "FleetRefusedError";
}

/** A token is renewed when this share of its life is over. */
const renewAfter = 0.8;
const hopeless = new Set(["enrollment_token_invalid", "invalid_request", "conflict"]);

/** null: it worked. Otherwise the answer that it did not, or that there was none. */
export type Refusal = { answer: Answer | null };

export async function enrollMachine(world: World, machine: SimMachine): Promise<Refusal | null> {
  const { options, client, tally } = world;
  const key = machineKey(options.secret, machine.id);
  const body: EnrollRequest = {
    enrollmentToken: options.enrollmentToken,
    machineId: machine.id,
    publicKey: publicKeyOf(key),
    facts: factsOf(machine, options.name),
  };
  const answer = await client.post(agentPaths.enroll, body);
  const parsed = EnrollResponse.safeParse(parseJson(answer?.body ?? null));
  if (!answer || answer.status > 202 || !parsed.success) return refused(world, answer, true);
  const { clusterId } = parsed.data;
  if (options.clusterId && clusterId !== options.clusterId)
    world.fail(new FleetRefusedError(`The enrollment token is of cluster "${clusterId}".`));
  world.clusterId = clusterId;
  machine.enrolled = true;
  tally.enrolled += 1;
  return null;
}

export async function renewToken(world: World, machine: SimMachine): Promise<Refusal | null> {
  const { options, client, tally, now } = world;
  const { clusterId } = world;
  if (!clusterId) throw new Error("the fleet's cluster is not known");
  // Also above whatever an earlier run used, without a file to remember it.
  machine.counter = Math.max(machine.counter + 1, Math.floor(now()));
  const proof = { machineId: machine.id, clusterId, counter: machine.counter };
  const signature = signText(machineKey(options.secret, machine.id), tokenProofText(proof));
  const body: TokenRequest = { ...proof, signature };
  const answer = await client.post(agentPaths.token, body);
  const parsed = TokenResponse.safeParse(parseJson(answer?.body ?? null));
  if (answer?.status !== 200 || !parsed.success) {
    if (answer && problemOf(answer).code === "machine_unknown") machine.enrolled = false;
    return refused(world, answer, false);
  }
  machine.token = parsed.data.token;
  machine.tokenRenewAtMs = now() + parsed.data.expiresInSeconds * 1000 * renewAfter;
  tally.tokens += 1;
  return null;
}

function refused(world: World, answer: Answer | null, enrolling: boolean): Refusal {
  const problem = answer && problemOf(answer);
  countError(world.tally, problem?.code ?? "no_answer");
  if (enrolling && problem && hopeless.has(problem.code))
    world.fail(new FleetRefusedError(problem.detail));
  return { answer };
}

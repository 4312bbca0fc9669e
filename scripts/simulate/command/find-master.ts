import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createEnrollmentToken } from "../../../lib/machines/create-enrollment-token.ts";
import { ProblemError } from "../../../lib/platform/problem-error.ts";
import { systemContext } from "../../../lib/platform/request-context.ts";
import { closeServices } from "../../../lib/platform/services.ts";
import { type Instance, readInstance } from "../../up/instance.ts";
import { openInstanceServices } from "../../up/open-instance-services.ts";
import { UserError } from "../../user-error.ts";
import type { FleetMemory } from "../fleet/fleet-memory.ts";
import type { SimulateOptions } from "./read-command.ts";

export type FoundMaster = { masterUrl: string; enrollmentToken: string | undefined };

const answerTimeoutMs = 5_000;

/**
 * The master to play against, and a token that enrolls the fleet. For the instance that runs here the
 * token is made on the spot, by whoever may read its secrets anyway.
 */
export async function findMaster(
  options: Pick<SimulateOptions, "master" | "enrollmentToken" | "cluster">,
  fleet: { machines: number; memory: FleetMemory | null },
  env: NodeJS.ProcessEnv,
): Promise<FoundMaster> {
  const instance = readInstance(env);
  const masterUrl = options.master ?? fleet.memory?.masterUrl ?? localUrl(instance);
  await checkAnswers(masterUrl);
  if (options.enrollmentToken || isEnrolled(fleet))
    return { masterUrl, enrollmentToken: options.enrollmentToken };
  if (options.master)
    throw new UserError(
      "An enrollment token is needed for this master.",
      "Make one in its console, with as many uses as machines, and set IFRIT_ENROLLMENT_TOKEN.",
    );
  return {
    masterUrl,
    enrollmentToken: await makeToken(instance, options.cluster, fleet.machines, env),
  };
}

function isEnrolled({ machines, memory }: { machines: number; memory: FleetMemory | null }) {
  return memory !== null && memory.machines >= machines && !memory.stateOf.includes(-1);
}

function localUrl(instance: Instance): string {
  try {
    const url = readFileSync(instance.readyFile, "utf8").trim();
    if (url) return url;
  } catch {
    // Said below.
  }
  throw new UserError(
    "ifrit does not run here.",
    "Start it with npm run up, or name another master with --master.",
  );
}

async function checkAnswers(masterUrl: string): Promise<void> {
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    await fetch(new URL("/livez", masterUrl), { signal });
  } catch (cause) {
    throw new UserError(
      `${masterUrl} does not answer.`,
      "Is it running, and is the address right?",
      {
        cause,
      },
    );
  }
}

async function makeToken(
  instance: Instance,
  clusterId: string,
  machines: number,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  if (!existsSync(join(instance.dataDir, "secrets.json")))
    throw new UserError("The secrets of ifrit are not here.", "Set IFRIT_ENROLLMENT_TOKEN.");
  const services = openInstanceServices(instance, env);
  try {
    const { token } = await createEnrollmentToken(services, systemContext("simulate", "cli"), {
      ...{ clusterId, label: "npm run simulate", uses: machines, ttlSeconds: 24 * 3600 },
    });
    return token;
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    throw new UserError(cause.message, "Name one that exists with --cluster.", { cause });
  } finally {
    await closeServices(services);
  }
}

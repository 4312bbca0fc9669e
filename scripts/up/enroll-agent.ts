import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { denoEnvironment } from "../../agent/service/permission-flags.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { MachineType } from "../../lib/contract/machine-type.ts";
import { MachineId } from "../../lib/contract/names.ts";
import { createEnrollmentToken } from "../../lib/machines/create-enrollment-token.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { UserError } from "../user-error.ts";
import type { AgentHome } from "./agent-home.ts";
import { defaultClusterId } from "./default-cluster.ts";
import type { AgentProgram } from "./install-agent-program.ts";

/** What ifrit-agent wrote down about itself. */
const AgentConfig = z.object({
  masterUrl: z.string(),
  machineId: MachineId,
  machineType: MachineType,
  enrollment: z.string(),
  /** Absent: it checks no signatures. */
  trust: z.object({ rootFingerprint: z.string() }).optional(),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

type Master = { masterUrl: string; rootFingerprint: string | undefined };

/**
 * Takes this machine into the default cluster, unless the master at this address knows it already. One
 * that was taken in before there was a root is taken in again, to pin it.
 */
export async function ensureEnrolled(
  services: Services,
  home: AgentHome,
  program: AgentProgram,
  master: Master,
): Promise<AgentConfig> {
  const before = readAgentConfig(home);
  const believes = before?.trust !== undefined || master.rootFingerprint === undefined;
  if (before && believes && (await isEnrolled(services, before, master.masterUrl))) return before;
  const { token } = await createEnrollmentToken(services, systemContext("setup", "setup"), {
    ...{ clusterId: defaultClusterId, label: "npm run up", uses: 1, ttlSeconds: 600 },
  });
  await runEnroll(home, program, master, token);
  const after = readAgentConfig(home);
  if (!after) throw new Error(`ifrit-agent wrote no configuration into ${home.root}`);
  return after;
}

async function isEnrolled(services: Services, config: AgentConfig, masterUrl: string) {
  if (new URL(config.masterUrl).origin !== new URL(masterUrl).origin) return false;
  if (config.enrollment !== "accepted") return false;
  const rows = await services.db
    .select({ id: machines.id })
    .from(machines)
    .where(eq(machines.id, config.machineId));
  return rows.length > 0;
}

function readAgentConfig(home: AgentHome): AgentConfig | null {
  try {
    return AgentConfig.parse(JSON.parse(readFileSync(join(home.root, "config.json"), "utf8")));
  } catch {
    return null;
  }
}

async function runEnroll(
  home: AgentHome,
  program: AgentProgram,
  { masterUrl, rootFingerprint }: Master,
  token: string,
): Promise<void> {
  const child = spawn(
    program.command,
    [
      ...program.build.denoArguments({ root: home.root, masterUrl }),
      ...["enroll", "--root", home.root, "--master", masterUrl],
      ...(rootFingerprint === undefined ? [] : ["--root-fingerprint", rootFingerprint]),
    ],
    {
      cwd: "/",
      env: { ...agentEnvironment(home), IFRIT_ENROLLMENT_TOKEN: token },
      ...(home.user ?? {}),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new UserError(
    `ifrit-agent could not enroll: ${Buffer.concat(chunks).toString("utf8").trim()}`,
    `If its folder is damaged, move it away and run this again: mv ${home.root} ${home.root}.broken`,
  );
}

/** Nothing of our own environment: it holds secrets of the server. */
export function agentEnvironment(home: AgentHome): NodeJS.ProcessEnv {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: home.root,
    DENO_DIR: home.cache,
    ...denoEnvironment,
    NO_COLOR: "1",
  } as unknown as NodeJS.ProcessEnv;
}

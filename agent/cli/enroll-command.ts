import { MachineType, machineTypes } from "@contract/machine-type.ts";
import { MachineId } from "@contract/names.ts";
import type { TrustedRoot } from "@contract/trust-root.ts";
import { type AgentConfig, readConfig, writeConfig } from "../identity/config.ts";
import { isContainer, machineTypeOf, readFacts } from "../identity/machine-facts.ts";
import { defaultMachineId } from "../identity/machine-id.ts";
import { loadOrCreateKey } from "../identity/machine-key.ts";
import { type Layout, layoutOf, makeRootFolders } from "../layout.ts";
import { systemClock } from "../platform/clock.ts";
import { failpointFromEnvironment } from "../platform/failpoint.ts";
import { createLog } from "../platform/log.ts";
import { lockRoot } from "../platform/root-lock.ts";
import { enroll } from "../poll/enroll.ts";
import { MasterError } from "../poll/master-error.ts";
import { Trust } from "../trust/trust.ts";
import type { Command, CommandOutput } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";
import type { Arguments } from "./parse-arguments.ts";
import { readGivenFile } from "./read-given-file.ts";
import { describeBeginning, givenRoot, pinnedRoot } from "./root-options.ts";

export const enrollCommand: Command = {
  summary: "write this machine's configuration and ask the master to take it in",
  options: {
    root: "value",
    master: "value",
    "token-file": "value",
    "machine-id": "value",
    type: "value",
    label: "values",
    "root-fingerprint": "value",
    "root-file": "value",
  },
  help: `Usage: ifrit-agent enroll --root DIR --master URL [--token-file FILE] [options]

Writes DIR/config.json, makes this machine's key, and asks the master to take the machine in.
When the master cannot be reached or has yet to accept, \`run\` goes on asking.

Where the master signs, this machine checks signatures from then on: nothing is installed, switched or
removed without them. Whom it believes begins with a root document. Without a word about it, the first
one that the master offers is believed; with its fingerprint, only that one and what follows from it.

  --root DIR          where ifrit-agent keeps everything (made if missing)
  --master URL        the master of this machine's cluster
  --token-file FILE   holds the enrollment token; without it, IFRIT_ENROLLMENT_TOKEN does
  --machine-id ID     this machine's stable id; by default made from /etc/machine-id
  --type TYPE         ${machineTypes.join(", ")}; by default detected
  --label KEY=VALUE   may be given several times
  --root-fingerprint HEX   of a root document, as \`keys list\` and the console show it
  --root-file FILE    the root document itself, instead of its fingerprint

Examples:
  IFRIT_ENROLLMENT_TOKEN=… ifrit-agent enroll --root /var/lib/ifrit --master https://ifrit.example.com
  ifrit-agent enroll --root /var/lib/ifrit --master https://ifrit.example.com \\
    --token-file /run/secrets/ifrit --machine-id 10.0.3.17 --label room=b2 \\
    --root-fingerprint 5f0c…e1

${exitCodeHelp}`,
  async run(given, io) {
    const layout = layoutOf(await absolute(given.required("root")));
    await makeRootFolders(layout);
    const lock = await lockRoot(layout.lock);
    if (lock === null)
      throw new CliError(
        exitCode.locked,
        `another ifrit-agent runs on ${layout.root}: stop it first`,
      );
    try {
      const root = await givenRoot(given.option("root-file"));
      const config = await configFrom(given, await readConfig(layout), root);
      await writeConfig(layout, config);
      const trust = await Trust.open(surroundings(layout, io), config);
      const key = await loadOrCreateKey(layout);
      const facts = readFacts({
        machineType: config.machineType,
        labels: config.labels,
        bootId: "",
      });
      const asked = { layout, config, key, facts, fetcher: fetch, trust, root: root ?? undefined };
      const enrolled = await enroll(asked).catch(explain);
      const where = `machine ${enrolled.machineId}, cluster ${enrolled.clusterId}`;
      io.out(
        enrolled.enrollment === "accepted"
          ? `accepted: ${where}`
          : `waiting for approval: ${where}`,
      );
      for (const line of describeBeginning(trust.kept)) io.out(line);
      return exitCode.ok;
    } finally {
      lock.release();
    }
  },
};

function surroundings(layout: Layout, io: CommandOutput) {
  const log = createLog(io.error, () => systemClock.wallMs());
  return { layout, clock: systemClock, log, failpoint: failpointFromEnvironment() };
}

async function configFrom(
  given: Arguments,
  before: AgentConfig | null,
  root: TrustedRoot | null,
): Promise<AgentConfig> {
  const type = given.option("type");
  return {
    schema: 1,
    masterUrl: masterUrl(given.required("master")),
    machineId:
      machineId(given.option("machine-id")) ?? before?.machineId ?? (await defaultMachineId()),
    machineType: type === null ? machineTypeOf(Deno.build, await isContainer()) : machineType(type),
    labels: labels(given.all("label")),
    enrollmentToken: await enrollmentToken(given.option("token-file")),
    clusterId: null,
    enrollment: "notAsked",
    trust: pinnedRoot(given.option("root-fingerprint"), root) ?? before?.trust,
    downloads: before?.downloads,
  };
}

function masterUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError(exitCode.usage, "--master takes an http:// or https:// URL");
  }
  return url.href;
}

function machineId(text: string | null): string | null {
  if (text === null) return null;
  const id = MachineId.safeParse(text);
  if (!id.success)
    throw new CliError(exitCode.usage, `--machine-id: ${id.error.issues[0]?.message}`);
  return id.data;
}

function machineType(text: string): MachineType {
  const type = MachineType.safeParse(text);
  if (!type.success)
    throw new CliError(exitCode.usage, `--type is one of ${machineTypes.join(", ")}`);
  return type.data;
}

function labels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf("=");
      const [key, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
      if (cut < 1 || key.length > 63 || value.length > 255)
        throw new CliError(exitCode.usage, "--label takes KEY=VALUE");
      return [key, value];
    }),
  );
}

async function enrollmentToken(file: string | null): Promise<string> {
  const text =
    file === null
      ? (Deno.env.get("IFRIT_ENROLLMENT_TOKEN") ?? "")
      : await readGivenFile(file, "token-file");
  const token = text.trim();
  if (token.length < 16 || token.length > 200) {
    throw new CliError(
      exitCode.usage,
      "no enrollment token of 16 to 200 characters in --token-file or IFRIT_ENROLLMENT_TOKEN",
    );
  }
  return token;
}

function explain(error: unknown): never {
  if (!(error instanceof MasterError)) throw error;
  const refused = error.kind === "refused" && error.status !== null && error.status < 500;
  throw new CliError(
    refused ? exitCode.refused : exitCode.unreachable,
    `${error.message}; config.json is written, \`run\` will ask again`,
  );
}

async function absolute(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true, mode: 0o755 });
  return await Deno.realPath(path);
}

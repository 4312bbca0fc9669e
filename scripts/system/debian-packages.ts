import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { say } from "../say.ts";
import { UserError } from "../user-error.ts";
import { findBinary } from "./find-binary.ts";
import { runCommand } from "./run-command.ts";

/** Something that must be on this machine, and the Debian packages that bring it. */
export type Requirement = {
  what: string;
  isPresent: () => boolean;
  debianPackages: string[];
  /** How to do without: "or set DATABASE_URL". */
  otherwise?: string;
};

/**
 * Installs what is missing with apt-get, saying so first. No recommended packages, and no service is
 * started: the packages bring programs, which ifrit runs itself with private data.
 */
export async function installMissing(requirements: readonly Requirement[]): Promise<void> {
  const missing = requirements.filter((requirement) => !requirement.isPresent());
  if (missing.length === 0) return;
  const names = [...new Set(missing.flatMap((requirement) => requirement.debianPackages))];
  const prefix = await rootPrefix(missing, names);
  say(`… installing Debian packages with apt-get: ${names.join(", ")}`);
  const allowServices = forbidServices(prefix.length === 0);
  try {
    await aptInstall(prefix, names);
  } finally {
    allowServices();
  }
  const still = missing.filter((requirement) => !requirement.isPresent());
  if (still.length > 0)
    throw new UserError(
      `${still.map((requirement) => requirement.what).join(", ")} cannot be found after installing ${names.join(", ")}.`,
      "Install it by hand so that it is on the PATH, then run it again.",
    );
}

/** For what tests can do without: they say themselves what they skip. */
export async function installIfPossible(requirement: Requirement): Promise<void> {
  try {
    await installMissing([requirement]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`! ${error.message} Tests that need it are skipped.`);
  }
}

/** What to put before apt-get: nothing as root, else sudo where it asks for no password. */
async function rootPrefix(missing: readonly Requirement[], names: string[]): Promise<string[]> {
  const what = missing.map((requirement) => requirement.what).join(", ");
  const otherwise = missing.flatMap((requirement) => requirement.otherwise ?? []);
  const alternatives = otherwise.length > 0 ? ` (${[...new Set(otherwise)].join(", ")})` : "";
  if (!isDebianLike() || !findBinary("apt-get"))
    throw new UserError(
      `Missing on this machine: ${what}. They are installed by themselves on Debian and Ubuntu only.`,
      `Install them with this system's package manager, then run it again${alternatives}.`,
    );
  if (process.getuid?.() === 0) return [];
  const sudo = findBinary("sudo");
  if (sudo && (await runCommand(sudo, ["-n", "true"])).code === 0) return [sudo, "-n"];
  throw new UserError(
    `Missing on this machine: ${what}. Installing them needs root.`,
    `Run: sudo apt-get install --no-install-recommends ${names.join(" ")} — then run it again${alternatives}.`,
  );
}

function isDebianLike(): boolean {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
  } catch {
    return false;
  }
}

const environment = ["DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"];

async function aptInstall(prefix: string[], names: string[]): Promise<void> {
  const apt = (...args: string[]) => run([...prefix, "env", ...environment, "apt-get", ...args]);
  const lock = ["-o", "DPkg::Lock::Timeout=300"];
  const install = () => apt(...lock, "install", "-y", "-q", "--no-install-recommends", ...names);
  // A new machine has no package lists, an old one has stale ones: both are cured by an update.
  if ((await install()).code === 0) return;
  const update = await apt(...lock, "update", "-q");
  const second = await install();
  if (second.code === 0) return;
  const tail = `${update.code === 0 ? "" : update.output}${second.output}`.trimEnd().split("\n");
  throw new UserError(
    `apt-get could not install ${names.join(", ")}: ${tail.slice(-3).join(" ").trim()}`,
    `Look at it by hand: apt-get update && apt-get install ${names.join(" ")}`,
  );
}

function run(command: string[]) {
  const [program = "", ...args] = command;
  return runCommand(program, args, { undisturbed: true });
}

const policyFile = "/usr/sbin/policy-rc.d";
const policy =
  "#!/bin/sh\n# ifrit: no service is started while its packages are installed\nexit 101\n";

/** Debian's way to say "start nothing while installing". Returns what lifts it again. */
function forbidServices(isRoot: boolean): () => void {
  const leftBehind = existsSync(policyFile) && readFileSync(policyFile, "utf8") === policy;
  if (!isRoot || (existsSync(policyFile) && !leftBehind)) return () => {};
  writeFileSync(policyFile, policy, { mode: 0o755 });
  return () => rmSync(policyFile, { force: true });
}

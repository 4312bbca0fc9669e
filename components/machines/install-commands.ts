import type { InstallerName } from "@/lib/contract/agent-index.ts";
import { type AgentInstallation, downloadPaths } from "@/lib/contract/agent-installation.ts";

export const installTargets = ["linux", "macos", "windows", "container"] as const;
export type InstallTarget = (typeof installTargets)[number];

export type InstallStep = {
  key: "run" | "download" | "compare" | "runFile" | "dockerfile" | "environment" | "start";
  code: string;
};

/** What to paste, and the same in single steps for those who look first. */
export type InstallCommands = { steps: InstallStep[]; review: InstallStep[] };

type Given = Pick<AgentInstallation, "masterUrl" | "rootFingerprint"> & {
  token: string;
  url: string;
  sha256: string;
};

/** null: the master has no archive for that system. */
export function installCommands(
  target: InstallTarget,
  installation: AgentInstallation,
  token: string,
): InstallCommands | null {
  const name: InstallerName = target === "windows" ? "agent.ps1" : "agent.sh";
  const installer = installation.installers.find((one) => one.name === name);
  const os = { linux: "linux-", macos: "darwin-", windows: "windows-", container: "linux-" }[
    target
  ];
  if (!installer || !installation.archives.some(({ platform }) => platform.startsWith(os)))
    return null;
  const url = installation.masterUrl + downloadPaths.installer(name);
  const given = { ...installation, token, url, sha256: installer.sha256 };
  if (target === "windows") return onWindows(given);
  return target === "container" ? inContainer(given) : inShell(given, target);
}

/** The token goes through a pipe from the shell's own echo, so that no list of processes shows it. */
function inShell(given: Given, target: "linux" | "macos"): InstallCommands {
  const check = target === "macos" ? "shasum -a 256 -c -" : "sha256sum -c -";
  const url = quote(given.url);
  const options = `--master ${quote(given.masterUrl)} --token-stdin${pin(given, " --root-fingerprint ")}`;
  const short = [
    `f=$(mktemp) && curl -fsSL ${url} -o "$f"`,
    `echo "${given.sha256}  $f" | ${check}`,
    `echo ${given.token} | sudo sh "$f" ${options}`,
  ].join(" && ");
  return {
    steps: [{ key: "run", code: short }],
    review: [
      { key: "download", code: `curl -fsSL ${url} -o agent.sh && less agent.sh` },
      { key: "compare", code: `echo "${given.sha256}  agent.sh" | ${check}` },
      { key: "runFile", code: `echo ${given.token} | sudo sh agent.sh ${options}` },
    ],
  };
}

/** The token reaches the installer in the environment of its process only. */
function onWindows(given: Given): InstallCommands {
  const url = quotePowerShell(given.url);
  const master = quotePowerShell(given.masterUrl);
  const run = (file: string) =>
    `$env:IFRIT_ENROLLMENT_TOKEN = '${given.token}'; powershell -ExecutionPolicy Bypass -File ${file} -Master ${master}${pin(given, " -RootFingerprint ")}; Remove-Item Env:IFRIT_ENROLLMENT_TOKEN`;
  const fetchTo = (file: string) => `Invoke-WebRequest -UseBasicParsing ${url} -OutFile ${file}`;
  const isRight = (file: string) => `(Get-FileHash ${file}).Hash -eq '${given.sha256}'`;
  const short = `$f = "$env:TEMP\\ifrit-agent.ps1"; ${fetchTo("$f")}; if (${isRight("$f")}) { ${run("$f")} } else { throw 'agent.ps1 has another digest' }`;
  return {
    steps: [{ key: "run", code: short }],
    review: [
      { key: "download", code: `${fetchTo("agent.ps1")}; notepad agent.ps1` },
      { key: "compare", code: isRight("agent.ps1") },
      { key: "runFile", code: run("agent.ps1") },
    ],
  };
}

/** Lines for a Dockerfile, and how the container gets its token: by name, with the value in the environment. */
function inContainer(given: Given): InstallCommands {
  const master = quote(given.masterUrl);
  const add = `ADD --checksum=sha256:${given.sha256} ${given.url} /tmp/agent.sh`;
  const install = `RUN sh /tmp/agent.sh --master ${master} --no-enroll && rm /tmp/agent.sh`;
  const entrypoint = 'ENTRYPOINT ["/opt/ifrit-agent/current/ifrit-entrypoint"]';
  const values: [string, string][] = [
    ["IFRIT_MASTER", master],
    ["IFRIT_ENROLLMENT_TOKEN", given.token],
    ...(given.rootFingerprint
      ? [["IFRIT_ROOT_FINGERPRINT", given.rootFingerprint] as [string, string]]
      : []),
  ];
  return {
    steps: [
      { key: "dockerfile", code: [add, install, entrypoint].join("\n") },
      { key: "environment", code: `export ${values.map((pair) => pair.join("=")).join(" ")}` },
      { key: "start", code: `docker run ${values.map(([name]) => `-e ${name}`).join(" ")} IMAGE` },
    ],
    review: [],
  };
}

function pin({ rootFingerprint }: Given, option: string): string {
  return rootFingerprint ? option + rootFingerprint : "";
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function quotePowerShell(word: string): string {
  return /^[\w:./-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}

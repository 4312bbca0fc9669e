import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { installCommands } from "../../components/machines/install-commands.ts";
import { DownloadFolder } from "../../lib/agent-downloads/download-folder.ts";
import { readInstallation } from "../../lib/agent-downloads/read-installation.ts";
import { killServers } from "../../lib/testing/launch-server.ts";
import { builtArchives } from "./testing/built-archives.ts";
import {
  eventually,
  type InstallMaster,
  releaseSample,
  startInstallMaster,
} from "./testing/install-master.ts";
import { barePath, endBackgrounds, runProgram, startProgram } from "./testing/run-program.ts";

/* agent.sh as people run it: no Node and no Deno on the PATH, an environment of nothing else. */

const installer = join(builtArchives().folder, "agent.sh");
const env = { PATH: barePath };

let master: InstallMaster;
beforeAll(async () => {
  master = await startInstallMaster();
});
afterAll(killServers);

let folder: string;
let prefix: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifrit-install-"));
  chmodSync(folder, 0o755);
  [prefix, root] = [join(folder, "program"), join(folder, "root")];
});
afterEach(() => {
  endBackgrounds();
  rmSync(folder, { recursive: true, force: true });
});

/** All of them are this one machine; to the master they are many. */
const machineId = () => folder.slice(folder.lastIndexOf("/") + 1);
const places = () => ["--prefix", prefix, "--root", root, "--bin", join(folder, "bin")];
const asMachine = () => ["--machine-id", machineId()];
const program = () => join(folder, "bin", "ifrit-agent");
const install = (words: readonly string[] = [], given: Record<string, string> = {}) =>
  runProgram(
    "/bin/sh",
    [installer, "--master", master.url, ...places(), ...asMachine(), "--no-service", ...words],
    {
      env: { ...env, ...given },
    },
  );
const withToken = () => ({ IFRIT_ENROLLMENT_TOKEN: master.token });

/** Pids of what ifrit-agent started on this root. */
function managedPids(of: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`IFRIT_AGENT_DIR=${of}/agents/`);
    } catch {
      return false;
    }
  });
}

test("agent.sh downloads, enrolls and may be run again; uninstall leaves the identity, purge does not", async () => {
  const first = await install(["--label", "room=b 2's"], withToken());
  expect(first).toMatchObject({ code: 0, stderr: expect.not.stringContaining("agent.sh:") });
  expect(first.stdout).toContain("accepted: machine");
  expect(first.stdout).toContain(
    `${program().replace("bin/", "program/current/")} guard --root ${root}`,
  );
  expect((await master.machine(machineId()))?.facts.labels).toMatchObject({ room: "b 2's" });

  // No token: nothing is asked for or spent, as all is in place.
  const again = await install();
  expect(again.stdout).toMatch(/is in place\.[\s\S]*is enrolled with/);
  expect(again.code).toBe(0);

  rmSync(join(prefix, "current"));
  rmSync(join(prefix, "versions", readdirSync(join(prefix, "versions"))[0]!, "deno"));
  writeFileSync(
    join(prefix, "versions", readdirSync(join(prefix, "versions"))[0]!, ".complete"),
    "",
  );
  expect((await install()).stdout).toContain("is installed in");
  expect((await runProgram(program(), ["version"], { env })).stdout).toMatch(/^ifrit-agent \d/);

  const gone = await runProgram("/bin/sh", [installer, "uninstall", "--prefix", prefix], { env });
  expect(gone).toMatchObject({ code: 0, stderr: "" });
  expect([
    existsSync(prefix),
    existsSync(program()),
    existsSync(join(root, "config.json")),
  ]).toEqual([false, false, true]);
  const nothing = await runProgram("/bin/sh", [installer, "uninstall", ...places(), "--purge"], {
    env,
  });
  expect([nothing.code, existsSync(root)]).toEqual([0, false]);
});

test("what was installed checks in and reports, by its guard, and doctor finds nothing wrong", async () => {
  expect((await install([], withToken())).code).toBe(0);
  startProgram(program(), ["guard", "--root", root], env);
  await eventually(
    "a report",
    async () => ((await master.machine(machineId()))?.reportSequence ?? 0) > 0,
  );
  const status = JSON.parse(
    (await runProgram(program(), ["status", "--root", root, "--json"], { env })).stdout,
  );
  expect(status.running).toBe(true);
  const doctor = await runProgram(program(), ["doctor", "--root", root, "--json"], { env });
  const findings = JSON.parse(doctor.stdout) as { check: string; verdict: string }[];
  expect(findings.filter(({ verdict }) => verdict === "failed")).toEqual([]);
  expect(findings.find(({ check }) => check === "master")?.verdict).toBe("ok");
  expect(doctor.code).toBe(0);
  // A second machine on this root is told; so is who enrolls while one runs.
  expect((await install(["--enroll-again"], withToken())).code).toBe(3);
  const gone = await runProgram(
    "/bin/sh",
    [installer, "uninstall", "--prefix", prefix, "--purge"],
    { env },
  );
  expect(gone.stdout).toContain(`${root} is removed`);
  expect(existsSync(root)).toBe(false);
});

test("managed agents outlive an uninstallation, and end when they are meant to", async () => {
  expect((await install([], withToken())).code).toBe(0);
  const { type } = (await master.machine(machineId()))!;
  await releaseSample(master, type);
  startProgram(program(), ["guard", "--root", root], env);
  const running = () => managedPids(root);
  const [pid] = await eventually("the sample runs", async () => {
    const pids = running();
    return pids.length > 0 && pids;
  });
  const uninstall = (...words: string[]) =>
    runProgram("/bin/sh", [installer, "uninstall", "--prefix", prefix, "--root", root, ...words], {
      env,
    });
  const first = await uninstall();
  expect(first.stdout).toContain("Managed agents go on running");
  expect(running()).toContain(pid);
  const second = await uninstall("--stop-agents", "--purge");
  expect(second.stdout).toContain("The managed agents are stopped.");
  expect(running()).toEqual([]);
  expect(existsSync(root)).toBe(false);
}, 120_000);

test("the console's own command installs, and does nothing when the script is not the pinned one", async () => {
  const { services, clusterId, url, token } = master;
  const downloads = new DownloadFolder(builtArchives().folder, () => {});
  const installation = await readInstallation(services, downloads, clusterId, url);
  const { steps } = installCommands("linux", installation, token)!;
  // Where one is root already, sudo need not be there.
  mkdirSync(join(folder, "tools"));
  writeFileSync(
    join(folder, "tools", "sudo"),
    `#!/bin/sh\nexec "$@" ${[...places(), ...asMachine()].join(" ")} --no-service\n`,
    { mode: 0o755 },
  );
  const given = { env: { PATH: `${join(folder, "tools")}:${barePath}` } };
  const wrong = steps[0]!.code.replace(/[0-9a-f]{64}/, "0".repeat(64));
  const refused = await runProgram("/bin/sh", ["-c", wrong], given);
  expect(refused.code).not.toBe(0);
  expect(existsSync(prefix)).toBe(false);
  const done = await runProgram("/bin/sh", ["-c", steps[0]!.code], given);
  expect(done.stdout).toContain("accepted: machine");
  expect(readlinkSync(join(prefix, "current"))).toMatch(/^versions\//);
});

test("no list of processes shows the token at any moment of an installation", async () => {
  const seen = new Set<string>();
  const look = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (words.includes(master.token)) seen.add(words);
      } catch {
        // It has ended.
      }
    }
  }, 2);
  const script = [
    installer,
    "--master",
    master.url,
    ...places(),
    ...asMachine(),
    "--no-service",
    "--token-stdin",
  ];
  const done = await runProgram("/bin/sh", script, { env, input: `${master.token}\n` });
  clearInterval(look);
  expect(done.code).toBe(0);
  expect([...seen]).toEqual([]);
});

test("agent.sh says what is wrong, with the code for it, and leaves nothing behind", async () => {
  const tool = (name: string, text: string) => {
    mkdirSync(join(folder, "tools"), { recursive: true });
    writeFileSync(join(folder, "tools", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  };
  const tools = { PATH: `${join(folder, "tools")}:${barePath}` };
  const cases: [string, string[], Record<string, string>, number, RegExp][] = [
    ["unknown option", ["--fast"], {}, 2, /unknown option/],
    ["no token", [], {}, 2, /no enrollment token/],
    [
      "refused token",
      [],
      { IFRIT_ENROLLMENT_TOKEN: "ife1_not-a-token-of-this-master" },
      5,
      /refused|answered/,
    ],
    ["a folder that is a file", ["--prefix", installer], withToken(), 1, /cannot be written/],
    ["another root", ["--root-fingerprint", "0".repeat(64)], withToken(), 5, /root/],
    ["no mirror", ["--from", "http://127.0.0.1:1"], withToken(), 1, /could not be downloaded/],
    [
      "another file",
      ["--archive", installer],
      withToken(),
      1,
      /not the one[\s\S]*Nothing was installed/,
    ],
    [
      "no master",
      ["--master", "ftp://example.com", "--archive", builtArchives().file("linux-x64")],
      withToken(),
      2,
      /http:\/\/ or https/,
    ],
  ];
  for (const [what, words, given, code, message] of cases) {
    const done = await install(words, given);
    expect(done, `${what}: ${done.stderr}`).toMatchObject({
      code,
      stderr: expect.stringMatching(message),
    });
    rmSync(prefix, { recursive: true, force: true });
  }
  tool("uname", "case $1 in -s) echo Linux ;; *) echo riscv64 ;; esac");
  expect(await install([], { ...withToken(), ...tools })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("riscv64"),
  });
  tool("uname", "echo SunOS");
  expect((await install([], { ...withToken(), ...tools })).stderr).toContain(
    "no ifrit-agent for SunOS",
  );
  // A program of another processor: as where the C library does not fit.
  tool("uname", "case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac");
  expect(await install([], { ...withToken(), ...tools })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("does not run here"),
  });
  tool("uname", 'exec /usr/bin/uname "$@"');
  tool("df", "printf 'x\\nx 1 1 2048 1 x\\n'");
  expect((await install([], { ...withToken(), ...tools })).stderr).toMatch(
    /2 MiB free; \d+ MiB are needed/,
  );
  expect(
    existsSync(prefix) ? readdirSync(prefix).filter((name) => name.startsWith(".staging")) : [],
  ).toEqual([]);
});

test("an unprivileged user installs below its home, and nothing anywhere else", async () => {
  const nobody = { uid: 65534, gid: 65534 };
  const home = join(folder, "home");
  mkdirSync(home);
  await runProgram("/bin/sh", ["-c", `chown 65534:65534 ${home}`], { env });
  const script = join(folder, "agent.sh");
  writeFileSync(script, readFileSync(installer), { mode: 0o644 });
  const given = { ...nobody, env: { ...env, HOME: home, ...withToken() } };
  const done = await runProgram("/bin/sh", [script, "--master", master.url, ...asMachine()], given);
  expect(done.stderr).not.toContain("agent.sh:");
  expect(done.stdout).toMatch(/no service manager[\s\S]*@reboot/);
  const command = join(home, ".local/bin/ifrit-agent");
  expect((await runProgram(command, ["version"], given)).code).toBe(0);
  const gone = await runProgram("/bin/sh", [script, "uninstall", "--purge"], given);
  expect([gone.code, existsSync(command), existsSync(join(home, ".local/share/ifrit"))]).toEqual([
    0,
    false,
    false,
  ]);
});

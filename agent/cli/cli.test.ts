import assert from "node:assert/strict";
import { main } from "../main.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { ifritAgentVersion } from "../version.ts";

async function run(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const lines = { out: "", error: "" };
  const code = await main(words, {
    out: (line) => {
      lines.out += `${line}\n`;
    },
    error: (line) => {
      lines.error += `${line}\n`;
    },
  });
  return { code, ...lines };
}

Deno.test("ifrit-agent explains itself, every command with an example", async () => {
  const { code, out } = await run("--help");
  assert.equal(code, 0);
  const commands = [...out.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1]!);
  assert.ok(commands.length >= 4);
  for (const command of commands) {
    const help = await run(command, "--help");
    assert.equal(help.code, 0);
    assert.match(help.out, /Examples?:\n {2}(IFRIT|ifrit-agent)/);
  }
});

Deno.test("ifrit-agent refuses what it does not know with exit code 2", async () => {
  for (const words of [
    ["fly"],
    ["toString"],
    ["run"],
    ["run", "--root"],
    ["run", "--root", "/tmp", "--fast"],
    ["status", "extra"],
    ["run", "--root", "/tmp", "--poll-seconds", "0"],
    ["enroll", "--root", "/tmp/ifrit-none", "--master", "ftp://x"],
    ["service", "--root", "/tmp", "--program", "/tmp/x"],
    ["service", "remove", "--root", "/tmp", "--program", "/tmp/x"],
    ["service", "install", "--root", "tmp", "--program", "/tmp/x"],
    ["version", "install"],
  ]) {
    const { code, error } = await run(...words);
    assert.equal(code, 2, `${words.join(" ")}: ${error}`);
    assert.match(error, /^ifrit-agent: /);
  }
  await Deno.remove("/tmp/ifrit-none", { recursive: true });
});

Deno.test("service shows what it would do, for people and for scripts, and does nothing", async () => {
  const words = ["--root", "/var/lib/ifrit", "--program", "/opt/ifrit/ifrit-agent", "--dry-run"];
  const shown = await run("service", "install", ...words);
  assert.equal(shown.code, 0);
  assert.match(shown.out, /^# \/etc\/systemd\/system\/ifrit-agent\.service\n\[Unit\]/);
  assert.match(shown.out, /systemctl restart ifrit-agent\.service\n$/);
  const plan = JSON.parse((await run("service", "install", ...words, "--json")).out);
  assert.deepEqual(Object.keys(plan), ["verb", "file", "text", "commands", "dryRun"]);
  assert.equal(plan.dryRun, true);
  const removed = await run("service", "uninstall", ...words);
  assert.match(removed.out, /disable --now[\s\S]*rm -f \/etc\/systemd\/system\/ifrit-agent/);
  await assert.rejects(Deno.stat("/etc/systemd/system/ifrit-agent.service"));
});

Deno.test("every command that can fail documents its exit codes, and version --json is JSON", async () => {
  for (const command of ["enroll", "run", "guard", "status", "doctor", "service"]) {
    assert.match((await run(command, "--help")).out, /Exit codes: 0 done/, command);
  }
  const version = JSON.parse((await run("version", "--json")).out);
  assert.deepEqual(version, {
    version: ifritAgentVersion,
    os: Deno.build.os,
    arch: Deno.build.arch,
    deno: Deno.version.deno,
  });
});

Deno.test("run and status end with 4 on a root that was never enrolled", async () => {
  const root = await Deno.makeTempDir({ prefix: "ifrit-test-" });
  assert.equal((await run("run", "--root", `${root}/none`)).code, 4);
  assert.equal((await run("status", "--root", root)).code, 4);
  await Deno.remove(root, { recursive: true });
});

Deno.test("version is the version of the project", async () => {
  const manifest = JSON.parse(
    await Deno.readTextFile(new URL("../../package.json", import.meta.url)),
  );
  assert.equal(ifritAgentVersion, manifest.version);
  assert.match((await run("version")).out, new RegExp(`^ifrit-agent ${ifritAgentVersion} `));
});

Deno.test("fault 20: a second ifrit-agent on the same root ends with 3 and changes nothing", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  await eventually("the first one reports", () => master.reports.length > 0);
  const counters = master.counters.length;
  for (const words of [
    ["run", "--root", agent.root],
    ["enroll", "--root", agent.root, "--master", master.url],
  ]) {
    const { code, stderr } = await agent.cli(words);
    assert.equal(code, 3);
    assert.match(stderr, /another ifrit-agent/);
  }
  assert.equal(master.counters.length, counters);
  const status = await agent.cli(["status", "--root", agent.root, "--json"]);
  const { running, status: written } = JSON.parse(status.stdout);
  assert.equal(running, true);
  assert.equal(written.machineId, "machine-1");
  await agent.kill();
  assert.match((await agent.cli(["status", "--root", agent.root])).stdout, /NOT running/);
});

Deno.test("enroll says what the master says", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const enroll = ["enroll", "--root", agent.root, "--master", master.url];
  const accepted = await agent.cli(enroll);
  assert.equal(accepted.code, 0);
  assert.match(accepted.stdout, /^accepted: machine machine-1, cluster test-cluster/);
  assert.doesNotMatch(
    await Deno.readTextFile(agent.layout.config),
    new RegExp(master.enrollmentToken),
  );
  assert.equal((await Deno.stat(agent.layout.config)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(agent.layout.key)).mode! & 0o777, 0o600);
  master.accepts = false;
  const pending = await agent.cli(enroll);
  assert.deepEqual([pending.code, pending.stdout.startsWith("waiting for approval")], [0, true]);
  const refused = await agent.cli(enroll, { IFRIT_ENROLLMENT_TOKEN: "another-token-altogether" });
  assert.equal(refused.code, 5);
  const usage = await agent.cli(enroll, { IFRIT_ENROLLMENT_TOKEN: "short" });
  assert.equal(usage.code, 2);
});

Deno.test("enroll leaves a configuration for run when the master is away", async () => {
  const master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  await master[Symbol.asyncDispose]();
  const { code, stderr } = await agent.cli([
    "enroll",
    "--root",
    agent.root,
    "--master",
    master.url,
  ]);
  assert.equal(code, 6);
  assert.match(stderr, /config\.json is written/);
  await using back = new FakeMaster(master.port);
  agent.start();
  await eventually("run has enrolled by itself", () => back.reports.length > 0);
});

import assert from "node:assert/strict";
import { buildProgram } from "../crash/programs.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { sampleOf, stateOf } from "../testing/sample-agent.ts";
import { denoFlags } from "./permission-flags.ts";

/** Deno asks for a newer Deno half a second after a start. */
const settledMs = 2000;

Deno.test("ifrit-agent by its launcher talks to its master only, and leaves nothing outside of its root", async () => {
  const program = await buildProgram("1.0.0");
  const home = await Deno.makeTempDir({ prefix: "ifrit-home-" });
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  const log = `${home}.log`;
  const calls = ["-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", log];
  const words = [`${program}/ifrit-agent`, "run", "--root", agent.root, "--poll-seconds", "0.5"];
  const traced = new Deno.Command("/usr/bin/strace", {
    args: ["-D", ...calls, ...words],
    ...{ clearEnv: true, env: { HOME: home, PATH: "/usr/bin:/bin" }, stderr: "null" },
  }).spawn();
  try {
    await eventually("the sample runs", stateOf(master, "running", "1.0.0"), 30_000);
    await new Promise((resolve) => setTimeout(resolve, settledMs));
  } finally {
    traced.kill("SIGKILL");
    await traced.status;
  }
  const addressed = (await Deno.readTextFile(log))
    .split("\n")
    .filter((line) => /AF_INET6?/.test(line));
  assert.notEqual(addressed.length, 0);
  const port = new URL(master.url).port;
  const foreign = addressed.filter(
    (line) => !line.includes(`htons(${port})`) || !line.includes('"127.0.0.1"'),
  );
  assert.deepEqual(foreign, []);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(home)), []);
  const noted = await Array.fromAsync(Deno.readDir(`${agent.root}/deno`), ({ name }) => name);
  // Code in a folder that ifrit-agent may write to would run without being looked at.
  assert.deepEqual([noted.length > 0, noted.filter((name) => /code/.test(name))], [true, []]);
  await Deno.remove(log);
  for (const folder of [home, program]) await Deno.remove(folder, { recursive: true });
});

Deno.test("under ifrit-agent's flags no text becomes code", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ifrit-flags-" });
  const flags = denoFlags({ root: folder, masterUrl: "http://localhost" });
  const script = `${folder}/made.js`;
  for (const made of ['new Function("return 1")()', 'eval("1")', "globalThis.eval('1')"]) {
    await Deno.writeTextFile(script, made);
    const run = new Deno.Command(Deno.execPath(), { args: ["run", ...flags, script] });
    const { code, stderr } = await run.output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /EvalError/);
  }
  await Deno.remove(folder, { recursive: true });
});

import assert from "node:assert/strict";
import { agentPaths } from "@contract/headers.ts";
import { AgentStatus } from "./report/status-file.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import type { BuiltPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, sampleOf, stateOf } from "./testing/sample-agent.ts";

/*
 * fault 21: the wall clock is wrong, or jumps. Durations come from the monotonic clock, and what is
 * fresh or has expired is judged by the master's signed time, so nothing depends on it. faketime moves
 * the wall clock of the process only.
 */

/** The clock that ifrit-agent sees, in faketime's words; it can be changed while it runs. */
class WallClock {
  readonly #file = Deno.makeTempFileSync({ prefix: "ifrit-clock-" });

  constructor(offset: string) {
    this.jump(offset);
  }

  jump(offset: string): void {
    Deno.writeTextFileSync(this.#file, `${offset}\n`);
  }

  /** A command that runs another one under this clock. */
  get wrapper(): string[] {
    return [
      ...["/usr/bin/env", "LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1"],
      ...[`FAKETIME_TIMESTAMP_FILE=${this.#file}`, "FAKETIME_NO_CACHE=1"],
      "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#file);
  }
}

for (const offset of ["+10y", "-10y"])
  Deno.test(`fault 21: a clock ten years off (${offset}) keeps nothing from being installed, upgraded and trusted`, async () => {
    using clock = new WallClock(offset);
    await using master = await FakeMaster.signing();
    const { director } = master;
    await using agent = await AgentProcess.enrolled(master, undefined, [], clock.wrapper);
    const release = async (id: number, built: BuiltPackage) => {
      await director.sign(built);
      master.release(id, built);
    };
    await release(1, await sampleOf("1.0.0"));
    agent.runsUnderPreload = true;
    agent.start({}, clock.wrapper);
    const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
    await release(2, await sampleOf("2.0.0"));
    await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
    assert.ok(!isAlive(pid!));
    assert.equal(master.reports.at(-1)?.trust?.problem, null);
    const years = ((await clockOf(agent)) - Date.now()) / (365 * 86_400_000);
    assert.ok(Math.abs(years) > 9, `the clock was only ${years} years off`);
  });

Deno.test("fault 21: a clock that jumps in the middle of a download, and back in a trial, disturbs neither", async () => {
  using clock = new WallClock("+0");
  await using master = await FakeMaster.signing();
  await using agent = await AgentProcess.enrolled(master);
  const [one, two] = [
    await sampleOf("1.0.0"),
    await sampleOf("2.0.0", undefined, { settleSeconds: 4 }),
  ];
  for (const built of [one, two]) await master.director.sign(built);
  master.release(1, one);
  agent.runsUnderPreload = true;
  agent.start({}, clock.wrapper);
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  const slow = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  master.intercept = (_request, path) => {
    if (path !== `${agentPaths.packages}${two.ref.sha256}`) return null;
    begun.resolve();
    return dripping(two.bytes, slow.promise);
  };
  master.release(2, two);
  await begun.promise;
  clock.jump("+10y");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  slow.resolve();
  await eventually("2.0.0 is watched", stateOf(master, "watching", "2.0.0"));
  clock.jump("-10y");
  const watchedAtMs = performance.now();
  const { failure } = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"), 30_000);
  assert.equal(failure, null);
  const seconds = (performance.now() - watchedAtMs) / 1000;
  assert.ok(seconds > 2 && seconds < 15, `the watch of 4 s took ${seconds} s`);
  assert.equal(master.reports.at(-1)?.trust?.problem, null);
});

/** Half of the bytes, and the other half when it is let go. */
function dripping(bytes: Uint8Array, rest: Promise<void>): Response {
  const half = Math.floor(bytes.length / 2);
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.slice(0, half));
      await rest;
      controller.enqueue(bytes.slice(half));
      controller.close();
    },
  });
  return new Response(body, { headers: { etag: '"e"' } });
}

/** What ifrit-agent takes for now. */
async function clockOf(agent: AgentProcess): Promise<number> {
  return AgentStatus.parse(JSON.parse(await Deno.readTextFile(agent.layout.status))).writtenAtMs;
}

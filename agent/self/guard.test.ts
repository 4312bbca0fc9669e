import assert from "node:assert/strict";
import { eventually } from "../testing/eventually.ts";
import { GuardProcess, guardScript } from "../testing/guard-process.ts";
import { temporaryRoot } from "../testing/temporary-root.ts";
import { parseVerdict } from "./settle-verdict.ts";

/** Stands in for ifrit-agent: says which version it is, and behaves as told. */
async function putVersion(root: string, version: string, behaviour: string): Promise<void> {
  const files = `${root}/agents/ifrit-agent/versions/${version}/files`;
  await Deno.mkdir(files, { recursive: true });
  const text = `#!/bin/sh\necho "${version} $$" >>'${root}/started'\nself='${root}/self'\n${behaviour}\n`;
  await Deno.writeTextFile(`${files}/ifrit-agent`, text, { mode: 0o755 });
  await Deno.copyFile(guardScript, `${files}/ifrit-guard`);
}

const wait = 'trap "exit 0" TERM; while :; do touch "$self/heartbeat"; sleep 0.2; done';
const healthy = (version: string) => `echo ${version} >"$self/healthy"; ${wait}`;

async function link(root: string, version: string): Promise<void> {
  await Deno.symlink(`versions/${version}`, `${root}/agents/ifrit-agent/current`);
}

async function current(root: string): Promise<string> {
  return await Deno.readLink(`${root}/agents/ifrit-agent/current`);
}

async function started(root: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${root}/started`).catch(() => "");
  return [...text.matchAll(/^(\S+) /gm)].map((match) => match[1]!);
}

async function verdict(root: string) {
  return parseVerdict(await Deno.readTextFile(`${root}/self/verdict`).catch(() => ""));
}

function guard(root: string): GuardProcess {
  return new GuardProcess(root, ["/bin/sh", guardScript, "/nonexistent/ifrit-agent", root]);
}

async function order(root: string, version: string): Promise<void> {
  await Deno.writeTextFile(`${root}/self/trial`, `${version}\n`);
}

Deno.test("the guard starts ifrit-agent again whenever it ends", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "1", "sleep 0.1; exit 1");
  await link(layout.root, "1");
  await using _guard = guard(layout.root);
  await eventually("three starts", async () => (await started(layout.root)).length >= 3);
});

Deno.test("the guard ends ifrit-agent with itself, gracefully", async () => {
  await using layout = await temporaryRoot();
  await putVersion(
    layout.root,
    "1",
    `trap 'echo bye >>"$self/bye"; exit 0' TERM; while :; do sleep 0.1; done`,
  );
  await link(layout.root, "1");
  await using process = guard(layout.root);
  await eventually("a start", async () => (await started(layout.root)).length === 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await process.stop()).code, 0);
  assert.equal(await Deno.readTextFile(`${layout.self.dir}/bye`), "bye\n");
  assert.equal((await started(layout.root)).length, 1);
});

Deno.test("the guard kills an ifrit-agent that is stuck", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "1", "kill -STOP $$; sleep 60");
  await link(layout.root, "1");
  await using _guard = guard(layout.root);
  await eventually("a second start", async () => (await started(layout.root)).length >= 2, 20_000);
});

Deno.test("the guard commits a version that stays well, and another guard takes over", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "1", "exit 20");
  await putVersion(layout.root, "2", healthy("2"));
  await link(layout.root, "1");
  await order(layout.root, "2");
  await using process = guard(layout.root);
  await eventually("a verdict", async () => (await verdict(layout.root))?.committed === true);
  assert.equal(await current(layout.root), "versions/2");
  await eventually("2 runs on", async () => (await started(layout.root)).length === 2);
  const command = await Deno.readTextFile(`/proc/${process.pid}/cmdline`);
  assert.match(command, /current\/files\/ifrit-guard/);
  assert.equal((await process.stop()).code, 0);
});

const bad: [string, string, RegExp][] = [
  ["exits at once", "exit 9", /ended 3 times.*exit code 9/],
  [
    "cannot be executed, as one for another platform",
    "exec /proc/self/maps",
    /ended 3 times.*exit code 12[67]/,
  ],
  ["hangs", "kill -STOP $$; sleep 60", /did not check in within 4 s/],
  ["never checks in", wait, /did not check in within 4 s/],
  [
    "checks in and then crash-loops",
    'echo 2 >"$self/healthy"; sleep 1.2; exit 5',
    /ended 3 times.*exit code 5/,
  ],
];

async function goesBack(title: string, behaviour: string, reason: RegExp): Promise<void> {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "1", wait);
  await putVersion(layout.root, "2", behaviour);
  await link(layout.root, "1");
  await order(layout.root, "2");
  await using _guard = guard(layout.root);
  const found = await eventually(
    `a verdict on one that ${title}`,
    () => verdict(layout.root),
    40_000,
  );
  assert.deepEqual([found.committed, found.version], [false, "2"], title);
  assert.match(found.reason.replaceAll("\n", " "), reason);
  await eventually("1 runs again", async () => (await started(layout.root)).at(-1) === "1");
  assert.equal(await current(layout.root), "versions/1");
  await assert.rejects(Deno.stat(layout.self.trial), Deno.errors.NotFound);
}

Deno.test(`the guard goes back from a version that ${bad.map(([title]) => title).join(" / ")}`, async () => {
  await Promise.all(bad.map(([title, behaviour, reason]) => goesBack(title, behaviour, reason)));
});

Deno.test("faults 4 and 5: a guard that is killed in a trial goes on with it, and gives up after three", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "1", wait);
  await putVersion(layout.root, "2", wait);
  await link(layout.root, "1");
  await order(layout.root, "2");
  for (let i = 1; i <= 3; i++) {
    await using process = guard(layout.root);
    await eventually(`trial ${i}`, async () => (await started(layout.root)).length === i);
    await process.stop("SIGKILL");
  }
  await using _guard = guard(layout.root);
  assert.equal((await eventually("a verdict", () => verdict(layout.root))).committed, false);
  await eventually("1 runs", async () => (await started(layout.root)).at(-1) === "1");
});

Deno.test("fault 5: a guard that was killed between link and verdict commits", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "2", wait);
  await link(layout.root, "2");
  await order(layout.root, "2");
  await using _guard = guard(layout.root);
  assert.equal((await eventually("a verdict", () => verdict(layout.root))).committed, true);
});

Deno.test("being stopped in a trial does not count against the version", async () => {
  await using layout = await temporaryRoot();
  await putVersion(layout.root, "2", wait);
  await order(layout.root, "2");
  for (let i = 1; i <= 4; i++) {
    await using process = guard(layout.root);
    await eventually(`trial ${i}`, async () => (await started(layout.root)).length === i);
    assert.equal((await process.stop()).code, 0);
  }
  assert.equal(await verdict(layout.root), null);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identifyProcess, isSameProcess } from "./process-identity.ts";
import { releaseProcessLock, takeProcessLock } from "./process-lock.ts";
import { stopProcess } from "./stop-process.ts";

function lockFile(): string {
  return join(mkdtempSync(join(tmpdir(), "ifrit-lock-")), "lock");
}

async function sleeper() {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  return { child, identity: identifyProcess(child.pid!)! };
}

test("takeProcessLock() gives the lock once and tells others who holds it", async () => {
  const file = lockFile();
  expect(takeProcessLock(file)).toBeNull();
  releaseProcessLock(file);
  expect(existsSync(file)).toBe(false);
  const { child, identity } = await sleeper();
  writeFileSync(file, JSON.stringify(identity));
  expect(takeProcessLock(file)).toEqual(identity);
  releaseProcessLock(file);
  expect(existsSync(file)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(takeProcessLock(file)).toBeNull();
});

test("takeProcessLock() is not fooled by a pid that belongs to somebody else now", () => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify({ pid: 1, startedAt: "another boot:1" }));
  expect(takeProcessLock(file)).toBeNull();
});

test("takeProcessLock() takes over a record that was cut off", () => {
  const file = lockFile();
  writeFileSync(file, '{"pid": 12');
  expect(takeProcessLock(file)).toBeNull();
});

test("stopProcess() ends a process, and leaves one alone that only shares its pid", async () => {
  const { identity } = await sleeper();
  await stopProcess({ ...identity, startedAt: "another boot:1" }, 1_000);
  expect(isSameProcess(identity)).toBe(true);
  await stopProcess(identity, 5_000);
  expect(isSameProcess(identity)).toBe(false);
});

test("stopProcess() kills what does not listen", async () => {
  const child = spawn("sh", ["-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"]);
  await once(child.stdout, "data");
  const identity = identifyProcess(child.pid!)!;
  await stopProcess(identity, 200);
  expect(isSameProcess(identity)).toBe(false);
});

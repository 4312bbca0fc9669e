import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { isSameProcess } from "../system/process-identity.ts";
import { type Daemon, startDaemon } from "../system/start-daemon.ts";
import { keepAlive } from "./keep-alive.ts";

function starter() {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-daemon-"));
  const daemons: Daemon[] = [];
  const start = async () => {
    const daemon = await startDaemon({
      ...{ command: "sleep", args: ["60"] },
      logFile: join(folder, "log"),
      recordFile: join(folder, "record"),
    });
    daemons.push(daemon);
    return daemon;
  };
  return { daemons, start };
}

test("keepAlive() starts a daemon again that was killed, and stops the one that runs", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const { daemons, start } = starter();
  const kept = await keepAlive("sleeper", start);
  process.kill(daemons[0]!.identity.pid, "SIGKILL");
  await vi.waitFor(() => expect(daemons).toHaveLength(2), { timeout: 5_000 });
  expect(isSameProcess(daemons[1]!.identity)).toBe(true);
  await kept.stop();
  expect(isSameProcess(daemons[1]!.identity)).toBe(false);
  expect(daemons).toHaveLength(2);
});

test("keepAlive() does not start again what is stopped while it waits to be started", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const { daemons, start } = starter();
  const kept = await keepAlive("sleeper", start);
  process.kill(daemons[0]!.identity.pid, "SIGKILL");
  await daemons[0]!.exited;
  await kept.stop();
  expect(daemons).toHaveLength(1);
});

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { endSession, sessionMembers } from "./process-session.ts";
import { startDaemon } from "./start-daemon.ts";

test("endSession() ends the children of a daemon that was killed, and nothing of another boot", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-session-"));
  const daemon = await startDaemon({
    ...{ command: "sh", args: ["-c", "sleep 60 & sleep 61 & wait"] },
    logFile: join(folder, "log"),
    recordFile: join(folder, "record"),
  });
  const { identity } = daemon;
  await vi.waitFor(() => expect(sessionMembers(identity)).toHaveLength(2));
  process.kill(identity.pid, "SIGKILL");
  await daemon.exited;
  await endSession({ ...identity, startedAt: `another boot:1` }, 1_000);
  expect(sessionMembers(identity)).toHaveLength(2);
  await endSession(identity, 1_000);
  expect(sessionMembers(identity)).toEqual([]);
});

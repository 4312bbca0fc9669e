import { step } from "./progress.ts";
import { runMain } from "./run-main.ts";
import { say } from "./say.ts";
import { readRunningProcess } from "./system/process-record.ts";
import { stopProcess } from "./system/stop-process.ts";
import { readInstance } from "./up/instance.ts";
import { stopLeftovers } from "./up/stop-leftovers.ts";

const graceMs = 120_000;

runMain(async () => {
  const instance = readInstance(process.env);
  const supervisor = readRunningProcess(instance.lockFile);
  if (supervisor) {
    await step("ifrit stopped", async () => {
      await stopProcess(supervisor, graceMs);
      // Only when the supervisor had to be killed, or had been before, is anything left.
      await stopLeftovers(instance, { managedAgents: true });
    });
    return 0;
  }
  const stopped = await stopLeftovers(instance, { managedAgents: true });
  say(
    stopped.length > 0
      ? `✓ stopped what was left running: ${stopped.join(", ")}`
      : `Nothing of ifrit runs with the data in ${instance.dataDir}.`,
  );
  return 0;
});

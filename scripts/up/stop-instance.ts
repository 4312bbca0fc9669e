import { step } from "../progress.ts";
import { say } from "../say.ts";
import { readRunningProcess } from "../system/process-record.ts";
import { stopProcess } from "../system/stop-process.ts";
import type { Instance } from "./instance.ts";
import { stopLeftovers } from "./stop-leftovers.ts";

const graceMs = 120_000;

/** Stops an instance, whether its supervisor still runs or not. */
export async function stopInstance(instance: Instance): Promise<void> {
  const supervisor = readRunningProcess(instance.lockFile);
  if (supervisor) {
    await step("ifrit stopped", async () => {
      await stopProcess(supervisor, graceMs);
      // Only when the supervisor had to be killed, or had been before, is anything left.
      await stopLeftovers(instance, { managedAgents: true });
    });
    return;
  }
  const stopped = await stopLeftovers(instance, { managedAgents: true });
  say(
    stopped.length > 0
      ? `✓ stopped what was left running: ${stopped.join(", ")}`
      : `Nothing of ifrit runs with the data in ${instance.dataDir}.`,
  );
}

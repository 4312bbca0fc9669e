import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "../say.ts";
import { isSameProcess, type ProcessIdentity } from "../system/process-identity.ts";
import { UserError } from "../user-error.ts";
import type { Instance } from "./instance.ts";

/** Another `up` runs with the same data: says so, and waits until it is ready. */
export async function announceRunning(instance: Instance, holder: ProcessIdentity): Promise<void> {
  say(`ifrit runs already with the data in ${instance.dataDir} (process ${holder.pid}).`);
  while (isSameProcess(holder)) {
    const url = readReadyUrl(instance);
    if (url) {
      say(`ready ${url}`);
      return;
    }
    await sleep(200);
  }
  throw new UserError("It ended before it was ready.", "Run npm run up again.");
}

function readReadyUrl(instance: Instance): string | null {
  try {
    return readFileSync(instance.readyFile, "utf8") || null;
  } catch {
    return null;
  }
}

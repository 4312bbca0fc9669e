import { runMain } from "./run-main.ts";
import { readInstance } from "./up/instance.ts";
import { runUp } from "./up/run-up.ts";
import { startDetached } from "./up/start-detached.ts";
import { stopSignal } from "./up/stop-signal.ts";

runMain(async () => {
  const instance = readInstance(process.env);
  if (process.argv.includes("--detach")) return startDetached();
  await runUp(instance, process.env, stopSignal());
  return 0;
});

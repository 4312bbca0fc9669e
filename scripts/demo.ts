import { demoEnvironment, showSignIn } from "./demo/demo-environment.ts";
import { fillDemo } from "./demo/fill-demo.ts";
import { runMain } from "./run-main.ts";
import { say } from "./say.ts";
import { readInstance } from "./up/instance.ts";
import { runUp } from "./up/run-up.ts";
import { stopSignal } from "./up/stop-signal.ts";

/** A console to look around in: two clusters of simulated machines, with releases in every state. */
runMain(async () => {
  const env = demoEnvironment(process.env);
  const instance = readInstance(env);
  await runUp(instance, env, stopSignal(), async (started) => {
    await fillDemo(instance, env, started);
    say("");
    showSignIn(env);
  });
  return 0;
});

import { demoEnvironment, showSignIn } from "./demo/demo-environment.ts";
import { fillDemo } from "./demo/fill-demo.ts";
import { runMain } from "./run-main.ts";
import { say } from "./say.ts";
import { readInstance } from "./up/instance.ts";
import { runUp } from "./up/run-up.ts";
import { startDetached } from "./up/start-detached.ts";
import { stopInstance } from "./up/stop-instance.ts";
import { stopSignal } from "./up/stop-signal.ts";
import { UserError } from "./user-error.ts";

const usage = `Starts a console to look around in: two clusters of simulated machines, with releases in
every state and one under way. Its data are in .ifrit/demo, its port is 3100; IFRIT_DATA_DIR and PORT
say otherwise.

  npm run demo                until Ctrl-C
  npm run demo -- --detach    in the background
  npm run demo -- --down      stops that one; its data stay`;

runMain(async () => {
  const [order = "", ...more] = process.argv.slice(2);
  const env = demoEnvironment(process.env);
  const instance = readInstance(env);
  if (more.length === 0 && order === "--detach") return startDetached("demo");
  if (more.length === 0 && order === "--down") await stopInstance(instance);
  else if (order === "") await runDemo(instance, env);
  else if (order === "--help" || order === "-h") console.log(usage);
  else throw new UserError(`"${[order, ...more].join(" ")}" is not known.`, "See --help.");
  return 0;
});

async function runDemo(
  instance: ReturnType<typeof readInstance>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await runUp(instance, env, stopSignal(), {
    async fill(started) {
      await fillDemo(instance, env, started);
      say("");
      showSignIn(env);
    },
    stopCommand: "npm run demo -- --down",
  });
}

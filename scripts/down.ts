import { runMain } from "./run-main.ts";
import { readInstance } from "./up/instance.ts";
import { stopInstance } from "./up/stop-instance.ts";

runMain(async () => {
  await stopInstance(readInstance(process.env));
  return 0;
});

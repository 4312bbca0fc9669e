import { buildServer } from "./build/build-server.ts";
import { step } from "./progress.ts";
import { runMain } from "./run-main.ts";

runMain(async () => {
  await step("console and server built", buildServer);
  return 0;
});

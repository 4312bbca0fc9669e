import { runKeys } from "./keys/run-keys.ts";
import { runMain } from "./run-main.ts";

runMain(() =>
  runKeys(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    nowMs: Date.now,
  }),
);

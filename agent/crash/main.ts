import { runCrashes } from "./run-crashes.ts";

/* `deno run -A crash/main.ts KILLS [SEED]`; see bench/crash.ts. */
const [kills = "200", seed = String(Date.now() % 1_000_000)] = Deno.args;
const figures = await runCrashes({
  ...{ seed: Number(seed), kills: Number(kills), worlds: 4 },
  onKill: (done) => {
    if (done % 10 === 0) console.error(`${done} of ${kills} kills survived`);
  },
});
console.log(JSON.stringify(figures));
Deno.exit(figures.broken.length === 0 ? 0 : 1);

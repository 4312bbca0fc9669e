import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "./repo-root.ts";
import { runMain } from "./run-main.ts";
import { UserError } from "./user-error.ts";

const folder = join(repoRoot, "bench");
/** Files of bench/ that measure something; the others are parts of them. */
const names = [
  "agent",
  "audit",
  "checkin",
  "crashes",
  "false-alarms",
  "preview",
  "progress",
  "rebuild",
];

/** `npm run bench -- checkin`: one measurement; its last line is a JSON object. */
runMain(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const there = readdirSync(folder);
  const measurements = names.filter((one) => there.includes(`${one}.ts`));
  if (!measurements.includes(name))
    throw new UserError(
      name === "" ? "Which measurement?" : `There is no measurement "${name}".`,
      `One of: ${measurements.join(", ")}.`,
    );
  const words = ["--import", "tsx", join(folder, `${name}.ts`), ...args];
  const child = spawn(process.execPath, words, { cwd: repoRoot, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
});

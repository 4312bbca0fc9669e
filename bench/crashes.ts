import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repoRoot } from "../scripts/repo-root.ts";

/*
 * `npm run bench -- crashes [KILLS [SEED]]`: kill -9 of ifrit-agent, its guard, or both, at random moments
 * of installs, upgrades, rollbacks, uninstalls and self-upgrades; 200 unless told otherwise, on four
 * machines at once. Ends with 1 if one of them was not whole within a minute.
 */
const words = ["run", "--allow-all", "--no-check", "crash/main.ts", ...process.argv.slice(2)];
const deno = join(repoRoot, "node_modules", ".bin", "deno");
const child = spawn(deno, words, { cwd: join(repoRoot, "agent"), stdio: "inherit" });
const [code] = (await once(child, "exit")) as [number | null];
process.exitCode = code ?? 1;

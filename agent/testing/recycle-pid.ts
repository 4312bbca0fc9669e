import assert from "node:assert/strict";
import { PackageManifest } from "@contract/package-manifest.ts";
import { startAgent } from "../supervise/start-agent.ts";
import { stopAgent } from "../supervise/stop-agent.ts";
import { createContext } from "./create-context.ts";

/*
 * Runs as the first process of a pid namespace of its own, where it may choose the next pid: an agent
 * ends, a stranger gets its pid, and the agent is stopped.
 */
/** Of this process: a thread of its own has taken the number for good, so it has to be tried anew. */
const notGiven = 75;

/** A thread of ours may take the number first; then it is tried again. */
async function spawnAt(pid: number): Promise<Deno.ChildProcess> {
  for (let i = 0; i < 50; i++) {
    Deno.writeTextFileSync("/proc/sys/kernel/ns_last_pid", String(pid - 1));
    const child = new Deno.Command("/bin/sleep", { args: ["600"], detached: true }).spawn();
    if (child.pid === pid) return child;
    child.kill("SIGKILL");
    await child.status;
  }
  console.log("the kernel did not give the pid again");
  Deno.exit(notGiven);
}

await using ctx = await createContext();
const manifest = PackageManifest.parse({
  ...{ schema: 1, name: "sample", version: "1.0.0", platforms: ["linux-x64"] },
  start: { command: ["sleep", "600"] },
  files: [{ path: "run", size: 1, sha256: "0".repeat(64), executable: false }],
});
await Deno.mkdir(`${ctx.layout.agent("sample").versions}/1.0.0/files`, { recursive: true });
const { identity, exited } = await startAgent(ctx, manifest);
Deno.kill(identity.pid, "SIGKILL");
await exited;
// Start times have a resolution of 10 ms.
await new Promise((resolve) => setTimeout(resolve, 50));
const stranger = await spawnAt(identity.pid);
await stopAgent(ctx, "sample", manifest.stop);
const [stat] = await ctx.processes.stat([stranger.pid]);
assert.ok(stat !== undefined && stat.state !== "Z", "the stranger lives");
console.log(`recycled ${stranger.pid} alive`);
stranger.kill("SIGKILL");
await stranger.status;

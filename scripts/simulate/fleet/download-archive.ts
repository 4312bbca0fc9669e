import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import type { FailureReason } from "../../../lib/contract/agent-state.ts";
import { agentPaths } from "../../../lib/contract/headers.ts";
import { endDownload } from "../behaviour/advance-agent.ts";
import type { SimAgent } from "../behaviour/sim-agent.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { replaceAgents } from "./move-machine.ts";
import { countError } from "./tally.ts";
import type { DownloadQueue, World } from "./world.ts";

const atOnceMax = 64;

/** Fetches the archives of the agents that have just begun to download. */
export function startDownloads(world: World, machine: SimMachine): void {
  const { begun } = world.downloads;
  for (const { state } of machine.agents) {
    if (state.phase !== "downloading" || begun.has(state)) continue;
    begun.add(state);
    enqueue(world, async () => {
      if (!current(machine, state)) return;
      finish(world, machine, state, await fetchArchive(world, machine, state));
    });
  }
}

function enqueue({ downloads }: World, work: () => Promise<void>): void {
  downloads.waiting.push(work);
  void drain(downloads);
}

async function drain(queue: DownloadQueue): Promise<void> {
  if (queue.running >= atOnceMax) return;
  queue.running += 1;
  for (let work = queue.waiting.pop(); work; work = queue.waiting.pop()) await work();
  queue.running -= 1;
}

/** null: it came, and its digest is right. */
async function fetchArchive(
  world: World,
  machine: SimMachine,
  state: SimAgent["state"],
): Promise<FailureReason | null> {
  const desired = machine.visible?.byName.get(state.name);
  const ref = desired?.want === "present" ? desired.packages[machine.platform] : undefined;
  if (!ref) return "no_package";
  try {
    const base = world.options.masterUrl.replace(/\/$/, "");
    const response = await fetch(`${base}${agentPaths.packages}${ref.sha256}`, {
      headers: { authorization: `Bearer ${machine.token}` },
      signal: world.stopping,
    });
    if (!response.ok || !response.body) throw new Error(`http_${response.status}`);
    const hash = createHash("sha256");
    for await (const chunk of Readable.fromWeb(response.body as WebStream)) hash.update(chunk);
    world.tally.downloads += 1;
    return hash.digest("hex") === ref.sha256 ? null : "digest_mismatch";
  } catch (error) {
    if (!world.stopping.aborted)
      countError(world.tally, `download ${error instanceof Error ? error.message : error}`);
    return "download_failed";
  }
}

function finish(
  world: World,
  machine: SimMachine,
  state: SimAgent["state"],
  reason: FailureReason | null,
): void {
  const agent = current(machine, state);
  if (!agent || world.stopping.aborted) return;
  const nowMs = world.now();
  const ended = endDownload(agent, world.surroundings.turnTo(machine, nowMs, []), reason);
  const agents = machine.agents.map((one) => (one === agent ? ended : one));
  replaceAgents(world, machine, agents, nowMs);
  world.attend(machine);
}

/** The agent, unless it has turned to something else meanwhile. */
function current(machine: SimMachine, state: SimAgent["state"]): SimAgent | undefined {
  return machine.agents.find((agent) => agent.state === state);
}

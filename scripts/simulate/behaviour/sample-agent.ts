import type { AgentState } from "../../../lib/contract/agent-state.ts";
import type { Fate } from "./fate.ts";
import { draw, gaussian, type Random } from "./random.ts";

const usual = { cpuPercent: 1.5, rssBytes: 40 * 1024 * 1024 };
/** Machines differ from each other more than a machine differs from itself. */
const spread = {
  betweenMachines: { cpu: 0.35, rss: 0.15 },
  betweenSamples: { cpu: 0.2, rss: 0.02 },
} as const;
const leakBytesPerMinute = 100 * 1024 * 1024;
const rssBytesMax = 64 * 1024 ** 3;
const hungryCpuPercent = 120;

/**
 * CPU and memory of a running agent: log-normal noise around what is usual on this machine. An agent
 * that eats memory grows with its age, in the machine's time.
 */
export function sampleAgent(
  state: AgentState,
  player: { seed: number; machine: number; random: Random },
  fate: Fate,
  ageMs: number,
): Pick<AgentState, "cpuPercent" | "rssBytes"> {
  if (state.pid === null) return { cpuPercent: null, rssBytes: null };
  const factor = (kind: "cpu" | "rss") =>
    Math.exp(
      spread.betweenMachines[kind] * standing(player, `${kind} ${state.name}`) +
        spread.betweenSamples[kind] * gaussian(player.random),
    );
  const cpuPercent = (fate.eatsCpu ? hungryCpuPercent : usual.cpuPercent) * factor("cpu");
  const leaked = fate.eatsMemory ? (ageMs / 60_000) * leakBytesPerMinute : 0;
  const rssBytes = Math.min(rssBytesMax, usual.rssBytes * factor("rss") + leaked);
  return { cpuPercent: Math.round(cpuPercent * 100) / 100, rssBytes: Math.round(rssBytes) };
}

/** Standard normal, always the same for a machine and a topic. */
function standing({ seed, machine }: { seed: number; machine: number }, topic: string): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(seed, machine, topic)));
  return radius * Math.cos(2 * Math.PI * draw(seed, machine, `${topic}'`));
}

import type { FailureReason } from "../../../lib/contract/agent-state.ts";
import type { Behaviours, VersionRule } from "./behaviours.ts";
import { draw } from "./random.ts";

/** What a version of an agent does to one machine. */
export type Fate = {
  failure: FailureReason | null;
  crashLoops: boolean;
  goesDark: "later" | "at once" | null;
  eatsMemory: boolean;
  eatsCpu: boolean;
};

const good: Fate = {
  failure: null,
  crashLoops: false,
  goesDark: null,
  eatsMemory: false,
  eatsCpu: false,
};

/** How changes fail when the rule does not say it. */
const usualReasons: readonly [FailureReason, number][] = [
  ["exited_early", 0.6],
  ["liveness_failed", 0.25],
  ["start_failed", 0.15],
];

/** The same for a machine and a version whenever it is asked. */
export function fateOf(
  behaviours: Behaviours,
  player: { seed: number; machine: number },
  agent: string,
  version: string,
): Fate {
  const { fails, crashLoops, goesDark, goesDarkAtOnce, eatsMemory, eatsCpu } = behaviours;
  const hit = (kind: string, rules: readonly VersionRule[]) =>
    rules.find((rule) => applies(rule, agent, version) && drawn(kind) < rule.share);
  const drawn = (kind: string) => draw(player.seed, player.machine, `${kind} ${agent} ${version}`);
  const failing = hit("fails", fails) as Behaviours["fails"][number] | undefined;
  const fate: Fate = {
    failure: failing ? (failing.reason ?? usualReason(drawn("reason"))) : null,
    crashLoops: hit("crash loops", crashLoops) !== undefined,
    goesDark: hit("goes dark at once", goesDarkAtOnce)
      ? "at once"
      : hit("goes dark", goesDark)
        ? "later"
        : null,
    eatsMemory: hit("eats memory", eatsMemory) !== undefined,
    eatsCpu: hit("eats cpu", eatsCpu) !== undefined,
  };
  return Object.values(fate).some(Boolean) ? fate : good;
}

function applies(rule: VersionRule, agent: string, version: string): boolean {
  return rule.version === version && (rule.agent === null || rule.agent === agent);
}

function usualReason(point: number): FailureReason {
  let sum = 0;
  for (const [reason, share] of usualReasons) {
    sum += share;
    if (point < sum) return reason;
  }
  return "exited_early";
}

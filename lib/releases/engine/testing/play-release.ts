import { advance } from "../advance.ts";
import { applyTransitions } from "../apply-transitions.ts";
import { planFromTemplate } from "../plan-templates.ts";
import type { ReleaseRecord } from "../release-record.ts";
import { type Misbehaviour, NoisyFleet } from "./noisy-fleet.ts";
import { clusterFacts, factsOf, minuteMs, started, t0 } from "./plans.ts";

const ticksMax = 600;

/** Plays the safe template on a noisy fleet until it waits for verification, or stops. */
export function playSafeRelease(options: {
  seed: number;
  size: number;
  changingMax: number;
  minutesPerTick: number;
  bad?: Misbehaviour;
}): { release: ReleaseRecord; fleet: NoisyFleet } {
  const { seed, size, changingMax, minutesPerTick, bad } = options;
  const plan = planFromTemplate("safe", {
    ...{ agentName: "log-agent", version: "1.4.0", machineTypes: ["LINUX", "CONTAINER"] },
    ...{ clusterIds: ["bj"], grayMachineIds: { bj: ["m0"] } },
  });
  const fleet = new NoisyFleet(seed, size, [0, 0.01, 0.1, 0.5, 1], changingMax, bad);
  let release = started(plan);
  for (let tick = 1; tick <= ticksMax; tick += 1) {
    const [cluster] = release.clusters;
    const isDone = cluster!.state === "waitingForVerification";
    if (release.state !== "running" || isDone) break;
    fleet.tick(cluster!.stageIndex, minutesPerTick);
    const atMs = t0 + tick * minutesPerTick * minuteMs;
    const facts = clusterFacts(atMs, [], {
      machines: size,
      stages: fleet.stageFacts(),
      comparison: fleet.comparison(cluster!.stageIndex),
    });
    release = applyTransitions(release, advance(release, factsOf({ bj: facts }), atMs));
  }
  return { release, fleet };
}

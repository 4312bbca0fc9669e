import { redisKeys } from "../desired-state/redis-layout.ts";
import type { Services } from "../platform/services.ts";
import type { ChangeControl } from "./change-control.ts";

/** For so long after it last asked, a machine's refusal can be looked up. */
export const refusalLifetimeMs = 10 * 60_000;
/** A refusal that stays the same is written anew when half of that is over. */
const rewriteMs = refusalLifetimeMs / 2;
/** Per run, that is per second: with a whole large cluster frozen, not every machine's is written at once. */
const writtenMax = 2_000;

/** Memory → Redis, where the console finds it. What is not written now comes next time. */
export async function writeRefusals(
  { redis, now }: Pick<Services, "redis" | "now">,
  { refusals }: Pick<ChangeControl, "refusals">,
): Promise<void> {
  const pipeline = redis.pipeline();
  const written: (() => void)[] = [];
  for (const [clusterId, ofCluster] of refusals)
    for (const [machineId, noted] of ofCluster) {
      if (written.length >= writtenMax) break;
      const key = redisKeys.refusal(clusterId, machineId);
      const isOver = noted.text === "" || now() - noted.refusal.atMs > refusalLifetimeMs;
      if (!isOver && now() - noted.writtenAtMs < rewriteMs) continue;
      if (isOver) pipeline.del(key);
      else pipeline.set(key, JSON.stringify(noted.refusal), "PX", refusalLifetimeMs);
      written.push(() => {
        if (isOver && ofCluster.get(machineId) === noted) ofCluster.delete(machineId);
        else noted.writtenAtMs = now();
        if (ofCluster.size === 0) refusals.delete(clusterId);
      });
    }
  if (written.length === 0) return;
  await pipeline.exec();
  for (const settle of written) settle();
}

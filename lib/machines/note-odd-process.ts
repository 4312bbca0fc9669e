import { eq } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import { tokenSources } from "../../drizzle/schema/token-sources.ts";
import type { Services } from "../platform/services.ts";
import type { Heartbeat } from "./heartbeats.ts";
import { parkAsClone } from "./park-as-clone.ts";

/*
 * A machine's identity belongs to one process of ifrit-agent at a time: each takes another name at its
 * start, and the lock on its folder keeps a second one from starting beside it. A process that has
 * ended does not check in, so one whose token was superseded and who checks in nevertheless runs
 * beside the one that superseded it: on a copy of the disk.
 *
 * Once may be a check-in that was on its way, or a master that was held up. Twice, at two times, is two
 * machines. A disk that was put back, or moved, is one process after the other, and never gets here.
 */

/** Two check-ins of one poll: an answer that was lost is asked for again at once. */
const apartMs = 1_000;

/** The first time is noted; the second parks the machine. */
export async function noteOddProcess(
  services: Services,
  machineId: string,
  beat: Heartbeat,
): Promise<void> {
  const suspectedAtMs = await suspect(services, machineId, beat);
  if (suspectedAtMs === 0 || beat.seenAtMs - suspectedAtMs < apartMs) return;
  const [machine] = await services.db.select().from(machines).where(eq(machines.id, machineId));
  if (machine?.status === "accepted" && machine.tokenInstance !== beat.instance)
    await parkAsClone(services, machine, "two processes check in by turns");
}

/** When it was noted first; 0: just now. */
async function suspect({ db }: Services, machineId: string, beat: Heartbeat): Promise<number> {
  const own = eq(tokenSources.machineId, machineId);
  const [known] = await db.select().from(tokenSources).where(own);
  if (!known) return 0;
  if (known.suspectedAtMs > 0) return known.suspectedAtMs;
  await db.update(tokenSources).set({ suspectedAtMs: beat.seenAtMs }).where(own);
  return 0;
}

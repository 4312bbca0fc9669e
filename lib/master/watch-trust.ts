import { processWide } from "../platform/process-wide.ts";
import { expiryLevel } from "../signing/expiry-level.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import type { Master } from "./master.ts";

const hourMs = 3_600_000;

/** How often it is said again. */
const repeatMs = { notice: 24 * hourMs, warning: 24 * hourMs, alarm: hourMs, expired: hourMs };

type Said = Map<string, { what: string; atMs: number }>;

/**
 * The job: says in the log when the root draws to its end, louder the nearer it is, and when this
 * master may not speak for a cluster. The metrics say the same at any time.
 */
export async function watchTrust(master: Master): Promise<void> {
  const { services } = master;
  const { root, folder } = await readOwnTrust(services);
  const said: Said = processWide("trust-said", () => new Map());
  const nowMs = services.now();
  if (root) {
    const { version, expiresAtMs } = root.document;
    const level = expiryLevel(expiresAtMs, nowMs);
    const fields = { version, endsAt: new Date(expiresAtMs).toISOString(), folder };
    if (level !== "good" && isDue(said, "root", `${version} ${level}`, repeatMs[level], nowMs)) {
      const loud = level === "alarm" || level === "expired";
      const what =
        level === "expired"
          ? "the root document is past its time: no machine changes until its successor is here"
          : "the root document ends soon; have its successor signed (keys root add)";
      services.log[loud ? "error" : "warn"](fields, `signing: ${what}`);
    }
  }
  for (const clusterId of master.localClusters) {
    const standing = master.desired.get(clusterId)?.signing.standing ?? "off";
    const well = standing === "signs" || standing === "off";
    if (well) said.delete(clusterId);
    else if (isDue(said, clusterId, standing, hourMs, nowMs))
      services.log.error(
        { clusterId, standing },
        "signing: this master may not speak for the cluster, and hands out no signatures of its own",
      );
  }
}

function isDue(said: Said, key: string, what: string, everyMs: number, nowMs: number): boolean {
  const last = said.get(key);
  if (last?.what === what && nowMs - last.atMs < everyMs) return false;
  said.set(key, { what, atMs: nowMs });
  return true;
}

import { eq, inArray } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { holds } from "../../drizzle/schema/holds.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import type {
  ControlFreeze,
  ControlHold,
  ControlKnownBad,
  MasterControl,
} from "../contract/master-control.ts";
import { absorbKnownBad } from "../known-bad/apply-known-bad.ts";
import { unknownMarks } from "../known-bad/unknown-marks.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { targetText } from "./hold.ts";
import { publishPolicy } from "./publish-policy.ts";

type FreezeRow = typeof freezes.$inferSelect;
type News = {
  ordered: ControlFreeze[];
  lifted: { row: FreezeRow; by: string }[];
  held: ControlHold[];
  marked: ControlKnownBad[];
};

/**
 * On the manage side: what a master says that is not known here. Its people's own freezes get a copy, so
 * that they are seen, and told to the master again should it forget them; freezes and holds that came
 * from a manage, and that this one forgot when it was restored from a backup, are its own again.
 */
export async function absorbControl(
  services: Services,
  clusterId: string,
  control: MasterControl,
): Promise<void> {
  const news = await findNews(services.db, clusterId, control);
  if (Object.values(news).every((some) => some.length === 0)) return;
  const ctx = systemContext("exchange", "scheduler");
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const record = (entry: AuditEntry) => audit({ ...entry, clusterId });
    for (const freeze of news.ordered) await record(await copyFreeze(tx, clusterId, freeze));
    for (const { row, by } of news.lifted) {
      const lifted = { liftedAtMs: services.now(), liftedBy: by };
      await tx.update(freezes).set(lifted).where(eq(freezes.id, row.id));
      const { owner, reason, untilMs, origin } = row;
      await record({
        ...{ action: "freeze.lifted", subjectKind: "freeze", subjectId: String(row.id) },
        before: { scope: clusterId, owner, reason, untilMs, origin, by },
      });
    }
    for (const hold of news.held) await record(await copyHold(tx, clusterId, hold));
    for (const mark of news.marked) await absorbKnownBad({ tx, audit: record, clusterId }, mark);
  });
  await publishPolicy(services);
}

async function findNews(
  db: Pick<Database, "select">,
  clusterId: string,
  control: MasterControl,
): Promise<News> {
  const told = control.freezes;
  const rows = told.length
    ? await db
        .select()
        .from(freezes)
        .where(
          inArray(
            freezes.orderKey,
            told.map(({ key }) => key),
          ),
        )
    : [];
  const here = (key: string) =>
    rows.find((row) => row.orderKey === key && (row.clusterId ?? clusterId) === clusterId);
  const unknown = told.filter(({ key, liftedAtMs }) => !here(key) && liftedAtMs === null);
  const lifted = told.flatMap(({ key, liftedAtMs, liftedBy }) => {
    const row = here(key);
    // One that binds other clusters, too, stands here all the same: see FreezeView.notAt.
    const ends = liftedAtMs !== null && row?.liftedAtMs === null && row.clusterId !== null;
    return ends ? [{ row, by: liftedBy }] : [];
  });
  const held = await unknownHolds(db, clusterId, control);
  const marked = await unknownMarks(db, clusterId, control);
  return { ordered: unknown, lifted, held, marked };
}

async function unknownHolds(
  db: Pick<Database, "select">,
  clusterId: string,
  { holds: told }: MasterControl,
): Promise<ControlHold[]> {
  const ours = told.filter(({ origin }) => origin === "remote");
  if (ours.length === 0) return [];
  const keys = ours.map(({ key }) => key);
  const rows = await db
    .select({ key: holds.orderKey, clusterId: holds.clusterId })
    .from(holds)
    .where(inArray(holds.orderKey, keys));
  const known = rows.filter((row) => (row.clusterId ?? clusterId) === clusterId);
  return ours.filter(({ key }) => !known.some((row) => row.key === key));
}

async function copyFreeze(
  tx: Transaction,
  clusterId: string,
  { key: orderKey, origin: theirs, liftedAtMs: _, liftedBy: __, ...freeze }: ControlFreeze,
): Promise<AuditEntry> {
  const origin = theirs === "local" ? "master" : "local";
  const [{ insertId }] = await tx
    .insert(freezes)
    .values({ ...freeze, orderKey, clusterId, origin });
  const { owner, reason, untilMs, allowsRollBack } = freeze;
  return {
    ...{ action: "freeze.ordered", subjectKind: "freeze", subjectId: String(insertId) },
    after: { scope: clusterId, owner, reason, untilMs, allowsRollBack, origin },
  };
}

async function copyHold(
  tx: Transaction,
  clusterId: string,
  { key: orderKey, origin: _, target, ...hold }: ControlHold,
): Promise<AuditEntry> {
  const machineId = "machineId" in target ? target.machineId : null;
  const labels = "labels" in target ? target.labels : null;
  const [{ insertId }] = await tx
    .insert(holds)
    .values({ ...hold, orderKey, clusterId, machineId, labels, origin: "local" });
  const { owner, reason, untilMs, agentName } = hold;
  return {
    ...{ action: "hold.placed", subjectKind: "hold", subjectId: String(insertId) },
    after: { target: targetText(target), agentName: agentName ?? "", owner, reason, untilMs },
  };
}

import { asc, desc, eq, lt, sql } from "drizzle-orm";
import { auditChain } from "../../drizzle/schema/audit-heads.ts";
import { auditWitnesses } from "../../drizzle/schema/audit-witnesses.ts";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { type AuditHead, headIsGenuine } from "./audit-head.ts";
import { loadAuditKey } from "./audit-key.ts";
import { witnessHead } from "./audit-witness.ts";
import { parseHeadText } from "./head-text.ts";

/*
 * Every machine keeps the newest end of the audit log that a master gave it, and says it with its next
 * token request. Whoever has every right on the database can cut the log off there, and in every
 * table that vouches for it, but not on the machines.
 */

const storeMs = 5_000;
const rowsMax = 1_000;
const knownMax = 10_000;

type Told = { head: AuditHead; told: number; machineId: string };
type Witnesses = {
  waiting: Map<string, Told>;
  /** Texts whose signature holds. */
  genuine: Set<string>;
  storing: Promise<void> | null;
};

/** What a machine says is counted in memory and stored a little later: a token does not wait for it. */
export function noteWitness(services: Services, text: string | undefined, machineId: string): void {
  if (!text) return;
  const witnesses = witnessesOf(services);
  const waiting = witnesses.waiting.get(text);
  if (waiting) waiting.told += 1;
  else if (witnesses.waiting.size < knownMax) {
    const head = parseHeadText(text);
    if (!head) return;
    witnesses.waiting.set(text, { head, told: 1, machineId });
  }
  witnesses.storing ??= new Promise<void>((resolve) => {
    setTimeout(resolve, storeMs).unref();
  })
    .then(() => storeWitnesses(services))
    .catch((error) => services.log.warn({ err: String(error) }, "witnesses not stored"))
    .finally(() => {
      witnesses.storing = null;
    });
}

function witnessesOf({ env }: Services): Witnesses {
  return processWide<Witnesses>(`auditWitnesses ${env.DATABASE_URL}`, () => ({
    ...{ waiting: new Map(), genuine: new Set(), storing: null },
  }));
}

/** Writes down what machines told, and says so loudly when they saw more than there is. */
export async function storeWitnesses(services: Services): Promise<void> {
  const witnesses = witnessesOf(services);
  const told = [...witnesses.waiting.values()];
  witnesses.waiting = new Map();
  const genuine = await onlyGenuine(services, witnesses, told);
  if (genuine.length === 0) return;
  for (const one of genuine) await upsert(services, one);
  await dropOldRows(services);
  const newest = genuine.reduce((a, b) => (b.head.seq > a.head.seq ? b : a));
  await alarmIfCutOff(services, newest);
}

/** A machine can sign nothing for the log, so what it makes up is dropped here. */
async function onlyGenuine(services: Services, { genuine }: Witnesses, told: Told[]) {
  if (told.length === 0) return [];
  const { publicKey } = await loadAuditKey(services.env.IFRIT_DATA_DIR);
  if (genuine.size >= knownMax) genuine.clear();
  return told.filter(({ head }) => {
    const key = `${head.seq} ${head.hash} ${head.signature}`;
    if (!genuine.has(key) && headIsGenuine(head, publicKey)) genuine.add(key);
    return genuine.has(key);
  });
}

async function upsert({ db, now }: Services, { head, told, machineId }: Told): Promise<void> {
  const toldAtMs = now();
  await db
    .insert(auditWitnesses)
    .values({ ...head, told, machineId, toldAtMs })
    .onDuplicateKeyUpdate({
      set: { told: sql`${auditWitnesses.told} + ${told}`, machineId, toldAtMs },
    });
}

async function dropOldRows({ db }: Services): Promise<void> {
  const [oldestKept] = await db
    .select({ seq: auditWitnesses.seq })
    .from(auditWitnesses)
    .orderBy(desc(auditWitnesses.seq))
    .limit(1)
    .offset(rowsMax);
  if (oldestKept) await db.delete(auditWitnesses).where(lt(auditWitnesses.seq, oldestKept.seq));
}

async function alarmIfCutOff(services: Services, { head, machineId }: Told): Promise<void> {
  const [end] = await services.db.select().from(auditChain).where(eq(auditChain.id, 1));
  if (end && end.seq >= head.seq) return;
  // Outside of the database: verification finds it there, whatever becomes of the table.
  await witnessHead(services, head);
  services.log.error(
    { machineId, sawRow: head.seq, logEndsAt: end?.seq ?? null },
    "the audit log was cut off: a machine saw rows that are not there; run `npm run audit -- verify`",
  );
}

/** What machines told, oldest first. */
export async function listWitnesses({ db }: Pick<Services, "db">) {
  return db.select().from(auditWitnesses).orderBy(asc(auditWitnesses.seq));
}

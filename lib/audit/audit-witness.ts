import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { AuditHead } from "./audit-head.ts";

/** The newest head that this process saw, outside of the database: a cut-off end is missed by it. */
export function auditWitnessPath(dataDir: string): string {
  return join(dataDir, "trust", "audit-head.json");
}

type Witnessed = Map<string, { seq: number; writing: Promise<void> }>;

/** Never goes back: a database that was cut short stays found. A disk that is full harms no write. */
export async function witnessHead({ env, log }: Services, head: AuditHead): Promise<void> {
  const path = auditWitnessPath(env.IFRIT_DATA_DIR);
  const all = processWide<Witnessed>("auditWitness", () => new Map());
  let last = all.get(path);
  if (!last) {
    const seq = (await readWitness(env.IFRIT_DATA_DIR).catch(() => null))?.seq ?? 0;
    last = all.get(path) ?? { seq, writing: Promise.resolve() };
    all.set(path, last);
  }
  if (head.seq <= last.seq) return;
  last.seq = head.seq;
  last.writing = last.writing
    .then(() => write(path, head))
    .catch((error) =>
      log.warn({ err: String(error) }, "the head of the audit chain could not be kept"),
    );
  await last.writing;
}

/** null: none was written yet. @throws when the file cannot be read or is no head */
export async function readWitness(dataDir: string): Promise<AuditHead | null> {
  try {
    return AuditHead.parse(JSON.parse(await readFile(auditWitnessPath(dataDir), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function write(path: string, head: AuditHead): Promise<void> {
  await writeFile(`${path}.part`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
  await rename(`${path}.part`, path);
}

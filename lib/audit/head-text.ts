import { AuditHead } from "./audit-head.ts";

/** A head in one line, as machines keep it. */
export function headText({ seq, hash, atMs, keyId, signature }: AuditHead): string {
  return `${seq} ${hash} ${atMs} ${keyId} ${signature}`;
}

/** null: it is none. */
export function parseHeadText(text: string): AuditHead | null {
  const [seq, hash, atMs, keyId, signature, ...more] = text.trim().split(" ");
  if (more.length > 0) return null;
  const head = AuditHead.safeParse({
    ...{ seq: Number(seq), hash, atMs: Number(atMs), keyId, signature },
  });
  return head.success ? head.data : null;
}

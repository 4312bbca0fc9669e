import { createHash } from "node:crypto";

export type KnownOrder = { releaseId: number; revision: number };

/** Two sides know the same orders exactly when this is equal. */
export function digestOrders(orders: readonly KnownOrder[]): string {
  const hash = createHash("sha256");
  for (const { releaseId, revision } of [...orders].sort((a, b) => a.releaseId - b.releaseId))
    hash.update(`${releaseId} ${revision}\n`);
  return hash.digest("hex");
}

import { eq } from "drizzle-orm";
import { apiTokens } from "../../drizzle/schema/api-tokens.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { isAllowed } from "./require-permission.ts";

/** Effective with the next request. @throws ProblemError not_found (also for another's), conflict */
export async function revokeApiToken(
  services: Services,
  ctx: RequestContext,
  id: number,
): Promise<void> {
  await auditedTransaction(services, ctx, async (tx, audit) => {
    const [row] = await tx.select().from(apiTokens).where(eq(apiTokens.id, id)).for("update");
    const isOwn = ctx.actor.kind === "user" && row?.userId === ctx.actor.userId;
    if (!row || !(isOwn || isAllowed(ctx, "users.write", {})))
      throw new ProblemError("not_found", `There is no token ${id} of yours.`);
    if (row.revokedAtMs !== null) throw new ProblemError("conflict", "It is revoked already.");
    await tx.update(apiTokens).set({ revokedAtMs: services.now() }).where(eq(apiTokens.id, id));
    await audit({
      ...{ action: "api-token.revoked", subjectKind: "api-token", subjectId: String(id) },
      before: { label: row.label },
    });
  });
}

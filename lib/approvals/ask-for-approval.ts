import { releaseApprovals } from "../../drizzle/schema/release-approvals.ts";
import { currentConfig } from "../access/current-config.ts";
import type { ApprovalReason } from "../contract/approval-views.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

/** In the transaction that makes the release, which audits it. */
export async function askForApproval(
  services: Services,
  tx: Transaction,
  ctx: RequestContext,
  { releaseId, reasons }: { releaseId: number; reasons: ApprovalReason[] },
): Promise<void> {
  const askedAtMs = services.now();
  const { expiresHours } = currentConfig(services).config.approval;
  await tx.insert(releaseApprovals).values({
    ...{ releaseId, reasons, state: "waiting", askedBy: ctx.actor.name, askedAtMs },
    expiresAtMs: Math.round(askedAtMs + expiresHours * 3_600_000),
  });
}

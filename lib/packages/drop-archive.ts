import { eq } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { deletePackage } from "./delete-package.ts";

/**
 * Deletes the packages of an archive, and with the last one its bytes. false: there were none.
 * @throws ProblemError conflict: something needs it
 */
export async function dropArchive(
  services: Services,
  ctx: RequestContext,
  sha256: string,
): Promise<boolean> {
  const rows = await services.db
    .select({ id: packages.id })
    .from(packages)
    .where(eq(packages.sha256, sha256));
  for (const { id } of rows) await deletePackage(services, ctx, id);
  return rows.length > 0;
}

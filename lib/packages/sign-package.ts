import { eq } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import type { StoredSignature } from "../contract/console-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { packageViews } from "./package-view.ts";
import { storePackageSignature } from "./store-package-signature.ts";

/**
 * A person's or a build's word on a package: it is for its archive, and so for all platforms of that.
 * @throws ProblemError not_found, and those of storePackageSignature
 */
export async function signPackage(
  services: Services,
  ctx: RequestContext,
  id: number,
  envelope: string,
): Promise<StoredSignature> {
  const [row] = await services.db.select().from(packages).where(eq(packages.id, id));
  if (!row) throw new ProblemError("not_found", `There is no package ${id}.`);
  const { sha256 } = row;
  const { changed } = await storePackageSignature(services, ctx, { sha256, envelope });
  const [view] = await packageViews(services, [row]);
  return { changed, package: view! };
}

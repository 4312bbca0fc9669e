import { timingSafeEqual } from "node:crypto";
import { and, eq, isNull } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import { masterActorHeader, masterRequestIdHeader } from "../contract/master-api.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Actor, RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashCredential } from "./seal-credential.ts";

/**
 * Is this the manage that may give orders to the cluster? Answers with whose decision it carries.
 * @throws ProblemError unauthenticated, the same whether the cluster or the secret is unknown
 */
export async function authenticateManage(
  services: Services,
  clusterId: string,
  request: Request,
): Promise<RequestContext> {
  const given = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const hash = Buffer.from(hashCredential(given));
  const rows = await services.db
    .select({ secretHash: masterCredentials.secretHash })
    .from(masterCredentials)
    .innerJoin(clusters, eq(clusters.id, masterCredentials.clusterId))
    .where(
      and(
        eq(masterCredentials.clusterId, clusterId),
        isNull(masterCredentials.revokedAtMs),
        isNull(clusters.masterUrl),
      ),
    );
  let known = false;
  for (const { secretHash } of rows)
    known = timingSafeEqual(Buffer.from(secretHash), hash) || known;
  if (!known)
    throw new ProblemError("unauthenticated", "The master credential of this cluster is needed.");
  return {
    actor: readActor(request.headers.get(masterActorHeader)),
    requestId: (request.headers.get(masterRequestIdHeader) ?? "").slice(0, 40),
    source: "manage",
  };
}

/** The credential carries all of manage's authority: manage has asked who may do what. */
function readActor(header: string | null): Actor {
  const [kind, ...words] = decodeURIComponent(header ?? "").split(" ");
  const name = words.join(" ").slice(0, 120) || "manage";
  return kind === "user"
    ? { kind, name, userId: 0, role: "administrator" }
    : { kind: "system", name };
}

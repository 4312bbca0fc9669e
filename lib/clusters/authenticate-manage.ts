import { timingSafeEqual } from "node:crypto";
import { and, eq, gt, isNull, or } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import type { CredentialScope } from "../contract/cluster-views.ts";
import { masterActorHeader, masterRequestIdHeader } from "../contract/master-api.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Actor, RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { hashCredential } from "./seal-credential.ts";

export type Manage = { ctx: RequestContext; credentialId: number; scope: CredentialScope };

/** To the minute: a credential is used each second. */
const lastUsedMs = 60_000;

/**
 * Is this a manage that the cluster listens to? Answers with whose decision it carries.
 * @throws ProblemError unauthenticated, the same whether the cluster or the secret is unknown
 */
export async function authenticateManage(
  services: Services,
  clusterId: string,
  request: Request,
): Promise<Manage> {
  const given = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const known = await findCredential(services, clusterId, given);
  if (!known)
    throw new ProblemError("unauthenticated", "The master credential of this cluster is needed.");
  await noteUse(services, known);
  const ctx = {
    actor: readActor(request.headers.get(masterActorHeader)),
    requestId: (request.headers.get(masterRequestIdHeader) ?? "").slice(0, 40),
    source: "manage",
  };
  return { ctx, credentialId: known.id, scope: known.scope };
}

type Row = typeof masterCredentials.$inferSelect;

async function findCredential(
  { db, now }: Services,
  clusterId: string,
  given: string,
): Promise<Row | null> {
  const hash = Buffer.from(hashCredential(given));
  const rows = await db
    .select({ row: masterCredentials })
    .from(masterCredentials)
    .innerJoin(clusters, eq(clusters.id, masterCredentials.clusterId))
    .where(
      and(
        eq(masterCredentials.clusterId, clusterId),
        isNull(masterCredentials.revokedAtMs),
        or(isNull(masterCredentials.expiresAtMs), gt(masterCredentials.expiresAtMs, now())),
        isNull(clusters.masterUrl),
      ),
    );
  let known: Row | null = null;
  for (const { row } of rows)
    known = timingSafeEqual(Buffer.from(row.secretHash), hash) ? row : known;
  return known;
}

/** It is for people to read: that it cannot be written now is no reason to refuse an order. */
async function noteUse(services: Services, { id, lastUsedAtMs }: Row): Promise<void> {
  const nowMs = services.now();
  if (lastUsedAtMs !== null && Math.abs(nowMs - lastUsedAtMs) < lastUsedMs) return;
  await services.db
    .update(masterCredentials)
    .set({ lastUsedAtMs: nowMs })
    .where(eq(masterCredentials.id, id))
    .catch((error) => services.log.warn({ err: String(error) }, "use of a credential not noted"));
}

/** The credential carries all of manage's authority: manage has asked who may do what. */
function readActor(header: string | null): Actor {
  const [kind, ...words] = decodeActor(header).split(" ");
  const name = words.join(" ").slice(0, 120) || "manage";
  return kind === "user"
    ? { kind, name, userId: 0, role: "administrator" }
    : { kind: "system", name };
}

function decodeActor(header: string | null): string {
  try {
    return decodeURIComponent(header ?? "");
  } catch {
    return "";
  }
}

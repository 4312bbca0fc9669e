import type { z } from "zod";
import { requirePermission } from "../access/require-permission.ts";
import { EnrollmentTokenCreated } from "../contract/console-views.ts";
import { EnrollmentTokenList } from "../contract/machine-views.ts";
import { MasterRevoked } from "../contract/master-api.ts";
import {
  createEnrollmentToken,
  type NewEnrollmentToken,
} from "../machines/create-enrollment-token.ts";
import { listEnrollmentTokens } from "../machines/list-enrollment-tokens.ts";
import { revokeEnrollmentToken } from "../machines/revoke-enrollment-token.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { atMaster } from "./at-master.ts";

/* Machines enroll at their cluster's master, so that is where their tokens are. */

const Created = EnrollmentTokenCreated.pick({ token: true, expiresAtMs: true });
const path = "enrollment-tokens";

export async function createTokenAtMaster(
  services: Services,
  ctx: RequestContext,
  asked: NewEnrollmentToken,
): Promise<z.infer<typeof Created>> {
  const { clusterId, ...json } = asked;
  requirePermission(ctx, "machines.write", { clusterId });
  const here = () => createEnrollmentToken(services, ctx, asked);
  return atMaster(services, ctx, clusterId, here, { method: "POST", path, json, answer: Created });
}

export async function listTokensAtMaster(
  services: Services,
  ctx: RequestContext,
  clusterId: string,
): Promise<z.infer<typeof EnrollmentTokenList>> {
  requirePermission(ctx, "machines.write", { clusterId });
  const here = async () => ({ tokens: await listEnrollmentTokens(services, ctx, clusterId) });
  const there = { method: "GET", path, answer: EnrollmentTokenList } as const;
  return atMaster(services, ctx, clusterId, here, there);
}

export async function revokeTokenAtMaster(
  services: Services,
  ctx: RequestContext,
  token: { clusterId: string; tokenId: number },
): Promise<void> {
  requirePermission(ctx, "machines.write", { clusterId: token.clusterId });
  const here = async () => {
    await revokeEnrollmentToken(services, ctx, token);
    return { revoked: true };
  };
  const call = {
    method: "DELETE",
    path: `${path}/${token.tokenId}`,
    answer: MasterRevoked,
  } as const;
  await atMaster(services, ctx, token.clusterId, here, call);
}

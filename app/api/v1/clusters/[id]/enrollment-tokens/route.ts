import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { publicOrigin } from "@/lib/access/public-origin.ts";
import { createTokenAtMaster, listTokensAtMaster } from "@/lib/clusters/cluster-enrollment.ts";
import {
  CreateEnrollmentTokenRequest,
  EnrollmentTokenCreated,
} from "@/lib/contract/console-views.ts";
import { EnrollmentTokenList } from "@/lib/contract/machine-views.ts";
import { ClusterId } from "@/lib/contract/names.ts";
import { enrollmentCommand } from "@/lib/machines/enrollment-command.ts";

export const GET = apiRoute(
  {
    summary: "A cluster's enrollment tokens, newest first; never the tokens themselves",
    permission: "machines.write",
    params: z.object({ id: ClusterId }),
    answer: EnrollmentTokenList,
  },
  async ({ services, ctx, params }) => listTokensAtMaster(services, ctx, params.id),
);

export const POST = apiRoute(
  {
    summary: "Make a token with which machines join a cluster; it is shown once",
    permission: "machines.write",
    params: z.object({ id: ClusterId }),
    body: CreateEnrollmentTokenRequest,
    answer: EnrollmentTokenCreated,
    status: 201,
  },
  async ({ services, ctx, request, params, body }) => {
    const created = await createTokenAtMaster(services, ctx, { clusterId: params.id, ...body });
    const origin = publicOrigin(services.env, request.headers);
    return { ...created, command: await enrollmentCommand(services, params.id, created, origin) };
  },
);

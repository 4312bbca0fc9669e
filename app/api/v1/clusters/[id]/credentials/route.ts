import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { createCredential, listCredentials } from "@/lib/clusters/cluster-credentials.ts";
import {
  CreateCredentialRequest,
  CredentialCreated,
  CredentialList,
} from "@/lib/contract/cluster-views.ts";
import { ClusterId } from "@/lib/contract/names.ts";

const params = z.object({ id: ClusterId });

export const GET = apiRoute(
  {
    summary: "The credentials by which a cluster's master takes orders; never the secrets",
    permission: "clusters.write",
    params,
    answer: CredentialList,
  },
  async ({ services, ctx, params: { id } }) => ({
    credentials: await listCredentials(services, ctx, id),
  }),
);

export const POST = apiRoute(
  {
    summary: "Make a credential for a cluster's master; it is shown once",
    permission: "clusters.write",
    params,
    body: CreateCredentialRequest,
    answer: CredentialCreated,
    status: 201,
  },
  async ({ services, ctx, params: { id }, body }) => createCredential(services, ctx, id, body),
);

import { apiRoute } from "@/lib/access/api-route.ts";
import { createApiToken } from "@/lib/access/create-api-token.ts";
import { listApiTokens } from "@/lib/access/list-api-tokens.ts";
import {
  ApiTokenCreated,
  ApiTokenList,
  CreateApiTokenRequest,
} from "@/lib/contract/access-views.ts";

export const GET = apiRoute(
  {
    summary: "Your API tokens; for administrators, everybody's",
    permission: "read",
    answer: ApiTokenList,
  },
  async ({ services, ctx }) => ({ tokens: await listApiTokens(services, ctx) }),
);

export const POST = apiRoute(
  {
    summary: "Make an API token that acts for you, within a scope; it is shown once",
    permission: "read",
    body: CreateApiTokenRequest,
    answer: ApiTokenCreated,
    status: 201,
  },
  async ({ services, ctx, body }) => createApiToken(services, ctx, body),
);

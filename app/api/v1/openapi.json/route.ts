import { apiRoute } from "@/lib/access/api-route.ts";
import { openApiDocument } from "@/lib/access/openapi-document.ts";
import { publicOrigin } from "@/lib/access/public-origin.ts";
import { routes } from "./routes.ts";

export const GET = apiRoute(
  { summary: "This document", permission: "read", answer: null },
  async ({ services, request }) =>
    openApiDocument(routes, publicOrigin(services.env, request.headers)),
);

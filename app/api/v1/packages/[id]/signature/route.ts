import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { SignPackageRequest, StoredSignature } from "@/lib/contract/console-views.ts";
import { signPackage } from "@/lib/packages/sign-package.ts";

export const PUT = apiRoute(
  {
    summary: "Store what release keys say of a package's archive; it is checked as machines do",
    permission: "packages.write",
    params: z.object({ id: z.coerce.number().int().positive() }),
    body: SignPackageRequest,
    answer: StoredSignature,
  },
  async ({ services, ctx, params, body }) => signPackage(services, ctx, params.id, body.envelope),
);

import { z } from "zod";
import { apiRoute } from "@/lib/access/api-route.ts";
import { deletePackage } from "@/lib/packages/delete-package.ts";

export const DELETE = apiRoute(
  {
    summary: "Delete a package that nothing asks for and no machine has",
    permission: "packages.write",
    params: z.object({ id: z.coerce.number().int().positive() }),
    answer: null,
    status: 204,
  },
  async ({ services, ctx, params }) => deletePackage(services, ctx, params.id),
);

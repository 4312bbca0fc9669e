import { apiRoute } from "@/lib/access/api-route.ts";
import { clientAddress } from "@/lib/access/client-address.ts";
import { changeOwnPassword } from "@/lib/access/set-password.ts";
import { ChangePasswordRequest } from "@/lib/contract/console-views.ts";

export const POST = apiRoute(
  {
    summary: "Change your password; all your sessions end",
    permission: "read",
    body: ChangePasswordRequest,
    answer: null,
    status: 204,
  },
  async ({ services, ctx, request, body }) => {
    const address = clientAddress(services.env, request.headers);
    await changeOwnPassword(services, ctx, { ...body, address });
  },
);

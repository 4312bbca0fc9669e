import { apiRoute } from "@/lib/access/api-route.ts";
import { TrustView } from "@/lib/contract/trust-views.ts";
import { describeTrust } from "@/lib/signing/describe-trust.ts";

export const GET = apiRoute(
  {
    summary: "Who may say what runs: root, keys and directors, and the machines that refuse",
    permission: "read",
    answer: TrustView,
  },
  async ({ services }) => describeTrust(services),
);

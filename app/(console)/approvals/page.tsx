import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/approvals/route.ts";
import { approvalsQuery } from "@/lib/approvals/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { ApprovalsClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("approvals") };
}

export default function ApprovalsPage() {
  return (
    <Prefetched
      asks={[
        { query: approvalsQuery("waiting"), route: GET },
        { query: approvalsQuery("all"), route: GET },
      ]}
    >
      <ApprovalsClient />
    </Prefetched>
  );
}

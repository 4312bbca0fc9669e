import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/audit/route.ts";
import { auditQuery } from "@/lib/audit/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { AuditClient } from "./client.tsx";
import { auditParams, pageSize } from "./search-params.ts";

const load = createLoader(auditParams);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("audit") };
}

export default async function AuditPage(props: { searchParams: Promise<SearchParams> }) {
  const filter = await load(props.searchParams);
  return (
    <Prefetched asks={[{ query: auditQuery({ ...filter, limit: pageSize }), route: GET }]}>
      <AuditClient />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/agents/route.ts";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { AgentsClient } from "./client.tsx";
import { agentsParams } from "./search-params.ts";

const load = createLoader(agentsParams);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("agents") };
}

export default async function AgentsPage(props: { searchParams: Promise<SearchParams> }) {
  const { cluster } = await load(props.searchParams);
  return (
    <Prefetched asks={[{ query: agentsQuery({ cluster }), route: GET }]}>
      <AgentsClient />
    </Prefetched>
  );
}

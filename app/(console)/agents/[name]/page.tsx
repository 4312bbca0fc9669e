import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/agents/[name]/route.ts";
import { agentQuery } from "@/lib/packages/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { AgentClient } from "./client.tsx";
import { agentParams } from "./search-params.ts";

const load = createLoader(agentParams);

type Props = { params: Promise<{ name: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

export default async function AgentPage({ params, searchParams }: Props) {
  const name = decodeURIComponent((await params).name);
  const { cluster } = await load(searchParams);
  return (
    <Prefetched asks={[{ query: agentQuery(name, { cluster }), route: GET, params: { name } }]}>
      <AgentClient name={name} />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/overview/route.ts";
import { overviewQuery } from "@/lib/overview/queries.ts";
import { OverviewClient } from "./client.tsx";
import { Prefetched } from "./prefetched.tsx";
import { overviewParams } from "./search-params.ts";

const load = createLoader(overviewParams);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("overview") };
}

export default async function OverviewPage(props: { searchParams: Promise<SearchParams> }) {
  const { cluster } = await load(props.searchParams);
  return (
    <Prefetched asks={[{ query: overviewQuery({ cluster }), route: GET }]}>
      <OverviewClient />
    </Prefetched>
  );
}

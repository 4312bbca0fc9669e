import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/releases/route.ts";
import { releasesQuery } from "@/lib/releases/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { ReleasesClient } from "./client.tsx";
import { pageSize, releasesParams } from "./search-params.ts";

const load = createLoader(releasesParams);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("releases") };
}

export default async function ReleasesPage(props: { searchParams: Promise<SearchParams> }) {
  const filter = await load(props.searchParams);
  return (
    <Prefetched asks={[{ query: releasesQuery({ ...filter, limit: pageSize }), route: GET }]}>
      <ReleasesClient />
    </Prefetched>
  );
}

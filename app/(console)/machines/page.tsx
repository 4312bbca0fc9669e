import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader, type SearchParams } from "nuqs/server";
import { GET } from "@/app/api/v1/machines/route.ts";
import { machinesQuery } from "@/lib/machines/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { MachinesClient } from "./client.tsx";
import { machineParams, pageSize } from "./search-params.ts";

const load = createLoader(machineParams);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("machines") };
}

export default async function MachinesPage(props: { searchParams: Promise<SearchParams> }) {
  const { enrol: _, ...filter } = await load(props.searchParams);
  return (
    <Prefetched asks={[{ query: machinesQuery({ ...filter, limit: pageSize }), route: GET }]}>
      <MachinesClient />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/clusters/route.ts";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import { Prefetched } from "../prefetched.tsx";
import { ClustersClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("clusters") };
}

export default function ClustersPage() {
  return (
    <Prefetched asks={[{ query: clustersQuery(), route: GET }]}>
      <ClustersClient />
    </Prefetched>
  );
}

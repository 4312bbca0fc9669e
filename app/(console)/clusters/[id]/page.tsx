import type { Metadata } from "next";
import { GET } from "@/app/api/v1/clusters/[id]/route.ts";
import { clusterQuery } from "@/lib/clusters/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { ClusterClient } from "./client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function ClusterPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return (
    <Prefetched asks={[{ query: clusterQuery(id), route: GET, params: { id } }]}>
      <ClusterClient id={id} />
    </Prefetched>
  );
}

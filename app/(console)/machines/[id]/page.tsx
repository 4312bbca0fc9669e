import type { Metadata } from "next";
import { GET } from "@/app/api/v1/machines/[id]/route.ts";
import { machineQuery } from "@/lib/machines/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { MachineClient } from "./client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function MachinePage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return (
    <Prefetched asks={[{ query: machineQuery(id), route: GET, params: { id } }]}>
      <MachineClient id={id} />
    </Prefetched>
  );
}

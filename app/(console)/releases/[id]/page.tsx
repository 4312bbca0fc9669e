import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/releases/[id]/route.ts";
import { releaseQuery } from "@/lib/releases/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { ReleaseClient } from "./client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations("release");
  return { title: t("pageTitle", { id: (await params).id }) };
}

export default async function ReleasePage({ params }: Props) {
  const { id } = await params;
  if (!/^[1-9]\d{0,14}$/.test(id)) notFound();
  return (
    <Prefetched asks={[{ query: releaseQuery(Number(id)), route: GET, params: { id } }]}>
      <ReleaseClient id={Number(id)} />
    </Prefetched>
  );
}

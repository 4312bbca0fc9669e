import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { GET as getApproval } from "@/app/api/v1/approvals/[id]/route.ts";
import { GET as getRelease } from "@/app/api/v1/releases/[id]/route.ts";
import { approvalQuery } from "@/lib/approvals/queries.ts";
import { releaseQuery } from "@/lib/releases/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { ApprovalClient } from "./client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations("nav");
  return { title: `${t("approvals")} #${(await params).id}` };
}

export default async function ApprovalPage({ params }: Props) {
  const { id } = await params;
  if (!/^\d{1,15}$/.test(id)) notFound();
  return (
    <Prefetched
      asks={[
        { query: approvalQuery(Number(id)), route: getApproval, params: { id } },
        { query: releaseQuery(Number(id)), route: getRelease, params: { id } },
      ]}
    >
      <ApprovalClient id={Number(id)} />
    </Prefetched>
  );
}

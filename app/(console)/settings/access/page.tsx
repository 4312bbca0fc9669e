import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/config/route.ts";
import { configQuery } from "@/lib/access/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { AccessClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("access") };
}

export default function AccessPage() {
  return (
    <Prefetched asks={[{ query: configQuery(), route: GET }]}>
      <AccessClient />
    </Prefetched>
  );
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/tokens/route.ts";
import { apiTokensQuery } from "@/lib/access/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { TokensClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("tokens") };
}

export default function TokensPage() {
  return (
    <Prefetched asks={[{ query: apiTokensQuery(), route: GET }]}>
      <TokensClient />
    </Prefetched>
  );
}

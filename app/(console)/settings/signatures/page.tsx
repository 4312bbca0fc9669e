import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/trust/route.ts";
import { trustQuery } from "@/lib/signing/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { SignaturesClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("signatures") };
}

export default function SignaturesPage() {
  return (
    <Prefetched asks={[{ query: trustQuery(), route: GET }]}>
      <SignaturesClient />
    </Prefetched>
  );
}

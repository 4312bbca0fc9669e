import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ReleasesClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("releases") };
}

export default function ReleasesPage() {
  return <ReleasesClient />;
}

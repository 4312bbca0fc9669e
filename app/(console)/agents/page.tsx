import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AgentsClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("agents") };
}

export default function AgentsPage() {
  return <AgentsClient />;
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AuditClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("audit") };
}

export default function AuditPage() {
  return <AuditClient />;
}

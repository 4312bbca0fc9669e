import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ProfileClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("settings") };
}

export default function SettingsPage() {
  return <ProfileClient />;
}

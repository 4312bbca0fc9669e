import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewReleaseClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("newRelease"))("title") };
}

export default function NewReleasePage() {
  return <NewReleaseClient />;
}

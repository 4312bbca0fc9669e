import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MachinesClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("machines") };
}

export default function MachinesPage() {
  return <MachinesClient />;
}

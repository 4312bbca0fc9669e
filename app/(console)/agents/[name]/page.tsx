import type { Metadata } from "next";
import { AgentClient } from "./client.tsx";

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

export default async function AgentPage({ params }: Props) {
  return <AgentClient name={decodeURIComponent((await params).name)} />;
}

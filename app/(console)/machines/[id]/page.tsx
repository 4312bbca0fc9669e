import type { Metadata } from "next";
import { MachineClient } from "./client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function MachinePage({ params }: Props) {
  return <MachineClient id={decodeURIComponent((await params).id)} />;
}

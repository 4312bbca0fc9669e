import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SignInClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

export default function SignInPage() {
  return <SignInClient />;
}

import type { Metadata } from "next";
import { connection } from "next/server";
import { getTranslations } from "next-intl/server";
import { services } from "@/lib/platform/services.ts";
import { SignInClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

export default async function SignInPage() {
  // What is configured is known when somebody asks, not when the console is built.
  await connection();
  const { env } = services();
  return <SignInClient provider={env.IFRIT_OIDC_ISSUER ? env.IFRIT_OIDC_NAME : null} />;
}

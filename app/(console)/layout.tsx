import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { AppShell } from "@/components/shell/app-shell.tsx";
import { auth } from "@/lib/access/current-user.ts";

// Who is signed in decides what is rendered, so nothing here is made ahead of time.
export const dynamic = "force-dynamic";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  if (!(await auth())) redirect(await signInPath());
  return <AppShell>{children}</AppShell>;
}

async function signInPath(): Promise<string> {
  const from = (await headers()).get("x-ifrit-path");
  return from ? `/sign-in?callbackUrl=${encodeURIComponent(from)}` : "/sign-in";
}

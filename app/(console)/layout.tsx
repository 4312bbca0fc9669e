import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { GET as getApprovals } from "@/app/api/v1/approvals/route.ts";
import { GET as getClusters } from "@/app/api/v1/clusters/route.ts";
import { GET as getMe } from "@/app/api/v1/me/route.ts";
import { AppShell } from "@/components/shell/app-shell.tsx";
import { auth } from "@/lib/access/current-user.ts";
import { meQuery } from "@/lib/access/queries.ts";
import { approvalsQuery } from "@/lib/approvals/queries.ts";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import { Prefetched } from "./prefetched.tsx";

// Who is signed in decides what is rendered, so nothing here is made ahead of time.
export const dynamic = "force-dynamic";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  if (!(await auth())) redirect(await signInPath());
  return (
    <Prefetched
      asks={[
        { query: meQuery(), route: getMe },
        { query: clustersQuery(), route: getClusters },
        // The navigation counts them. Asked for in its effect, it would be in the way of the page that lists them.
        { query: approvalsQuery("waiting"), route: getApprovals },
      ]}
    >
      <AppShell>{children}</AppShell>
    </Prefetched>
  );
}

async function signInPath(): Promise<string> {
  const from = (await headers()).get("x-ifrit-path");
  return from ? `/sign-in?callbackUrl=${encodeURIComponent(from)}` : "/sign-in";
}

import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GET } from "@/app/api/v1/users/route.ts";
import { usersQuery } from "@/lib/access/queries.ts";
import { Prefetched } from "../../prefetched.tsx";
import { UsersClient } from "./client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("users") };
}

export default function UsersPage() {
  return (
    <Prefetched asks={[{ query: usersQuery(), route: GET }]}>
      <UsersClient />
    </Prefetched>
  );
}

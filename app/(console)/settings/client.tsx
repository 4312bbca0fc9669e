"use client";

import { useQuery } from "@tanstack/react-query";
import { PasswordCard } from "@/components/settings/password-card.tsx";
import { PersonCard } from "@/components/settings/person-card.tsx";
import { PreferencesCard } from "@/components/settings/preferences-card.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { meQuery } from "@/lib/access/queries.ts";

export function ProfileClient() {
  const query = useQuery(meQuery());
  return (
    <QueryView query={query}>
      {(me) => (
        <div className="grid items-start gap-5 xl:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-5">
            <PersonCard me={me} />
            <PreferencesCard />
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            <PasswordCard />
          </div>
        </div>
      )}
    </QueryView>
  );
}

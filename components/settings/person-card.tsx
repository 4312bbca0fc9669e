"use client";

import { useTranslations } from "next-intl";
import type { Me } from "@/lib/contract/console-views.ts";
import { Badge } from "../ui/badge.tsx";
import { Section } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { usePermissionName } from "./permission-name.ts";
import { useWhere } from "./where-text.ts";

/** Who is signed in, and what that person may write, and where. */
export function PersonCard({ me }: { me: Me }) {
  const t = useTranslations("profile");
  const tRole = useTranslations("role");
  return (
    <Section title={t("person")} bodyClassName="flex flex-col gap-4">
      <Facts
        facts={[
          [t("name"), me.displayName],
          [t("username"), me.username],
          [t("role"), tRole(me.role)],
        ]}
      />
      <Rights me={me} />
    </Section>
  );
}

function Rights({ me }: { me: Me }) {
  const t = useTranslations("profile");
  const writes = me.grants.filter(({ permissions }) => permissions.some((one) => one !== "read"));
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-[0.8125rem]">{t("rights")}</h3>
      {me.role === "administrator" ? (
        <p className="text-muted text-sm">{t("rightsAll")}</p>
      ) : writes.length === 0 ? (
        <p className="text-muted text-sm">{t("rightsRead")}</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {writes.map((grant) => (
            <li key={JSON.stringify(grant)}>
              <GrantLine {...grant} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function GrantLine({ permissions, clusters, agents }: Me["grants"][number]) {
  const name = usePermissionName();
  const where = useWhere();
  return (
    <>
      <span className="flex flex-wrap gap-1.5">
        {permissions
          .filter((one) => one !== "read")
          .map((one) => (
            <Badge key={one}>{name(one)}</Badge>
          ))}
      </span>
      <span className="mt-1 block text-[0.8125rem] text-subtle">{where({ clusters, agents })}</span>
    </>
  );
}

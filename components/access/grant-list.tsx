"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ConfigView } from "@/lib/contract/access-views.ts";
import { usePermissionName } from "../settings/permission-name.ts";
import { useWhere } from "../settings/where-text.ts";
import { Badge } from "../ui/badge.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { grantConcerns } from "./grant-concerns.ts";

/** Who may write what, and where: each grant of the file, or those that concern somebody. */
export function GrantList({ config }: { config: ConfigView }) {
  const t = useTranslations("access");
  const [asked, setAsked] = useState("");
  const { grants } = config;
  if (grants.length === 0) return <p className="text-muted text-sm">{t("noGrants")}</p>;
  const shown = grants.filter((grant) => grantConcerns(grant, config.groups, asked));
  return (
    <div className="flex flex-col gap-2">
      <Field label={t("whose")} hint={t("whoseHint")} className="max-w-md">
        {(control) => (
          <Input
            {...control}
            type="search"
            autoComplete="off"
            value={asked}
            onChange={(event) => setAsked(event.target.value)}
            placeholder="wang.fang"
          />
        )}
      </Field>
      {shown.length === 0 ? (
        <p className="text-muted text-sm" role="status">
          {t("noGrantFor", { name: asked.trim() })}
        </p>
      ) : (
        <ul className="flex flex-col divide-y">
          {shown.map((grant) => (
            <li key={JSON.stringify(grant)} className="py-3">
              <GrantText grant={grant} groups={config.groups} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function GrantText(props: { grant: ConfigView["grants"][number]; groups: ConfigView["groups"] }) {
  const t = useTranslations("access");
  const tRole = useTranslations("role");
  const name = usePermissionName();
  const where = useWhere();
  const { who, role, permissions, clusters, agents } = props.grant;
  return (
    <>
      <p className="flex flex-wrap items-center gap-1.5">
        {who.map((one) => (
          <span key={one} className="break-all font-mono text-[0.8125rem]">
            {one === "*" ? t("everybody") : one}
          </span>
        ))}
        {role ? <Badge tone="busy">{tRole(role)}</Badge> : null}
        {permissions
          .filter((one) => one !== "read")
          .map((one) => (
            <Badge key={one}>{name(one)}</Badge>
          ))}
      </p>
      <p className="mt-0.5 text-[0.8125rem] text-muted">{where({ clusters, agents })}</p>
      {who.map((one) => {
        const members = props.groups[one.replace(/^group:/, "")];
        return one.startsWith("group:") && members ? (
          <p key={one} className="break-words text-[0.8125rem] text-subtle">
            {t("members", { group: one.slice(6), members: members.join(", ") || "–" })}
          </p>
        ) : null;
      })}
    </>
  );
}

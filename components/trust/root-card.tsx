"use client";

import { useTranslations } from "next-intl";
import type { TrustRoleView, TrustRootView } from "@/lib/contract/trust-views.ts";
import { Section } from "../ui/card.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { ExpiryBadge } from "./expiry-badge.tsx";

/** The root document in use, and which keys it gives which office. */
export function RootCard({ root, folder }: { root: TrustRootView; folder: string }) {
  const t = useTranslations("trust");
  const { roles } = root;
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t("root")} · {t("rootVersion", { version: root.version })}
          <ExpiryBadge level={root.expiry} />
        </span>
      }
      bodyClassName="flex flex-col gap-5"
    >
      <Facts
        facts={[
          [
            t("fingerprint"),
            <span key="fingerprint" className="flex items-start gap-2">
              <span className="min-w-0">
                <code className="break-all font-mono text-xs">{root.fingerprint}</code>
                <span className="block text-[0.8125rem] text-subtle">{t("fingerprintHint")}</span>
              </span>
              <CopyButton text={root.fingerprint} />
            </span>,
          ],
          [
            t("expires"),
            <span key="expires">
              <Time ms={root.expiresAtMs} look="exact" /> (<Time ms={root.expiresAtMs} />)
            </span>,
          ],
          [
            t("folder"),
            <code key="folder" className="break-all font-mono text-xs">
              {folder}
            </code>,
          ],
        ]}
      />
      <div className="grid gap-3 lg:grid-cols-3">
        <Office title={t("keyOffice.root")} hint={t("keyHint.root")} role={roles.root} />
        <Office title={t("keyOffice.release")} hint={t("keyHint.release")} role={roles.release} />
        <Office
          title={t("keyOffice.director")}
          hint={t("keyHint.director")}
          role={roles.director}
        />
        {roles.directors.map((role) => (
          <Office
            key={role.clusterId}
            title={t("keyOffice.directors", { cluster: role.clusterId })}
            hint={t("keyHint.director")}
            role={role}
          />
        ))}
      </div>
    </Section>
  );
}

function Office(props: { title: string; hint: string; role: TrustRoleView }) {
  const t = useTranslations("trust");
  const { keys, threshold } = props.role;
  return (
    <section className="min-w-0 rounded-md border p-3.5">
      <h3 className="font-medium text-sm">{props.title}</h3>
      <p className="text-[0.8125rem] text-subtle">{props.hint}</p>
      <p className="mt-1.5 text-[0.8125rem] text-muted">
        {keys.length === 1 && threshold === 1
          ? t("thresholdOne")
          : t("threshold", { threshold, keys: keys.length })}
      </p>
      <ul className="mt-2 flex flex-col gap-1.5">
        {keys.map(({ keyId, name }) => (
          <li key={keyId} className="flex items-baseline justify-between gap-3 text-sm">
            <span className="min-w-0 break-words font-medium">
              {name || <span className="text-subtle">{t("unnamed")}</span>}
            </span>
            <code className="shrink-0 font-mono text-subtle text-xs" title={keyId}>
              {keyId.slice(0, 16)}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}

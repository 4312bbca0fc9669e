"use client";

import { useQuery } from "@tanstack/react-query";
import { Flame, Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { KnownBadSection } from "@/components/known-bad/known-bad-section.tsx";
import { PackageList } from "@/components/packages/package-list.tsx";
import { UploadSheet } from "@/components/packages/upload-sheet.tsx";
import { VersionDistribution } from "@/components/packages/version-distribution.tsx";
import { ReleaseCard } from "@/components/releases/release-card.tsx";
import { useClusterHref } from "@/components/shell/use-cluster.ts";
import { Button, ButtonLink } from "@/components/ui/button.tsx";
import { Section } from "@/components/ui/card.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { SkeletonLines } from "@/components/ui/skeleton.tsx";
import { TextLink } from "@/components/ui/text-link.tsx";
import { agentQuery } from "@/lib/packages/queries.ts";
import { releasesQuery } from "@/lib/releases/queries.ts";
import { agentParams } from "./search-params.ts";

export function AgentClient({ name }: { name: string }) {
  const t = useTranslations("agent");
  const tNav = useTranslations("nav");
  const clusterHref = useClusterHref();
  const [{ cluster, platform, upload }, setParams] = useQueryStates(agentParams);
  const query = useQuery(agentQuery(name, { cluster }));
  return (
    <>
      <PageHeader
        trail={[{ href: clusterHref("/agents"), label: tNav("agents") }]}
        trailLabel={tNav("trail")}
        title={name}
        hint={query.data?.description}
        actions={
          <>
            <Button onClick={() => setParams({ upload: true })}>
              <Upload aria-hidden />
              {t("upload")}
            </Button>
            <ButtonLink
              tone="primary"
              href={clusterHref(`/releases/new?agent=${encodeURIComponent(name)}`)}
            >
              <Flame aria-hidden />
              {t("release")}
            </ButtonLink>
          </>
        }
      />
      <QueryView query={query}>
        {(agent) => (
          <>
            <Section title={t("distribution")} hint={t("distributionHint")}>
              <VersionDistribution agents={[agent]} />
            </Section>
            <PackageList
              packages={agent.packages}
              platform={platform}
              onPlatform={(next) => setParams({ platform: next })}
            />
            <KnownBadSection
              agentName={name}
              versions={[...new Set(agent.packages.map(({ version }) => version))]}
            />
            <AgentReleases name={name} />
          </>
        )}
      </QueryView>
      <UploadSheet open={upload} onOpenChange={(open) => setParams({ upload: open || null })} />
    </>
  );
}

function AgentReleases({ name }: { name: string }) {
  const t = useTranslations("agent");
  const query = useQuery(releasesQuery({ agent: name, limit: 5 }));
  return (
    <Section
      title={t("releases")}
      actions={<TextLink href={`/releases?agent=${encodeURIComponent(name)}`}>{t("all")}</TextLink>}
    >
      <QueryView query={query} skeleton={<SkeletonLines lines={3} />}>
        {({ releases }) =>
          releases.length === 0 ? (
            <p className="py-3 text-muted">{t("noReleases")}</p>
          ) : (
            <ul className="flex flex-col divide-y">
              {releases.map((release) => (
                <li key={release.id} className="py-3.5 first:pt-1 last:pb-0">
                  <ReleaseCard release={release} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

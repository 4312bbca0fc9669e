"use client";

import { ChevronRight, PackageOpen, Trash2 } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { useBytes } from "../ui/bytes.ts";
import { Section } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Select } from "../ui/select.tsx";
import { Time } from "../ui/time.tsx";
import { DeletePackageDialog } from "./delete-package-dialog.tsx";
import { ManifestDetails } from "./manifest-details.tsx";
import { SignatureBadge } from "./signature-badge.tsx";
import { SignatureDetails } from "./signature-details.tsx";

const any = "*";

/** The packages of an agent, newest version first; each opens to its manifest. */
export function PackageList(props: {
  packages: PackageView[];
  platform: string | null;
  onPlatform: (platform: string | null) => void;
}) {
  const t = useTranslations("packages");
  const [deleting, setDeleting] = useState<PackageView | null>(null);
  const platforms = [...new Set(props.packages.map(({ platform }) => platform))].sort();
  const shown = props.packages.filter(
    ({ platform }) => props.platform === null || platform === props.platform,
  );
  return (
    <Section
      title={t("title")}
      bodyClassName="px-0 pb-0 sm:px-0"
      actions={
        platforms.length > 1 ? (
          <Select
            label={t("platform")}
            showLabel
            value={props.platform ?? any}
            options={[
              { value: any, label: t("anyPlatform") },
              ...platforms.map((value) => ({ value, label: value })),
            ]}
            onChange={(value) => props.onPlatform(value === any ? null : value)}
            className="h-8"
          />
        ) : null
      }
    >
      {shown.length === 0 ? (
        <EmptyState icon={<PackageOpen aria-hidden />} title={t("empty")}>
          {t("emptyHint")}
        </EmptyState>
      ) : (
        <ul className="divide-y border-t">
          {packagesByVersion(shown).map(({ version, packages }) => (
            <li key={version}>
              <VersionHeading packages={packages} version={version} />
              <ul>
                {packages.map((each) => (
                  <PackageRow key={each.id} each={each} onDelete={() => setDeleting(each)} />
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
      <DeletePackageDialog each={deleting} onClose={() => setDeleting(null)} />
    </Section>
  );
}

function VersionHeading({ version, packages }: { version: string; packages: PackageView[] }) {
  const t = useTranslations("packages");
  const newest = packages[0]!;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-3 pb-1 sm:px-5">
      <h3 className="font-mono font-semibold text-sm">{version}</h3>
      <div className="flex items-center gap-4">
        <span className="text-[0.8125rem] text-subtle">
          {t("uploaded", { actor: newest.uploadedBy })} <Time ms={newest.uploadedAtMs} />
        </span>
        <ButtonLink
          size="sm"
          aria-label={t("releaseVersion", { version })}
          href={`/releases/new?agent=${newest.agentName}&version=${encodeURIComponent(version)}`}
        >
          {t("release")}
        </ButtonLink>
      </div>
    </div>
  );
}

function PackageRow({ each, onDelete }: { each: PackageView; onDelete: () => void }) {
  const t = useTranslations("packages");
  const format = useFormatter();
  const bytes = useBytes();
  const [open, setOpen] = useState(false);
  const name = `${each.agentName} ${each.version} ${each.platform}`;
  const files = each.manifest.files.length;
  return (
    <li className="last:pb-2">
      <div className="flex items-center gap-3 px-4 py-1 sm:px-5">
        <button
          type="button"
          aria-expanded={open}
          aria-label={t("details", { name })}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-x-4 rounded py-1 text-left text-[0.8125rem] hover:bg-sunken"
        >
          <ChevronRight
            aria-hidden
            className={cn("size-4 shrink-0 text-subtle transition-transform", open && "rotate-90")}
          />
          <span className="w-28 font-mono text-xs">{each.platform}</span>
          <span className="tabular w-20 text-right text-muted">{bytes(each.sizeBytes)}</span>
          <span className="hidden w-24 text-muted sm:inline">
            {t("files", { count: files, text: format.number(files) })}
          </span>
          <code className="hidden truncate font-mono text-subtle text-xs md:inline">
            {each.sha256.slice(0, 16)}…
          </code>
          <span className="ml-auto pr-1">
            <SignatureBadge signature={each.signature} />
          </span>
        </button>
        <Button size="iconSm" tone="ghost" aria-label={t("delete", { name })} onClick={onDelete}>
          <Trash2 aria-hidden />
        </Button>
      </div>
      {open ? (
        <>
          <SignatureDetails each={each} />
          <ManifestDetails each={each} />
        </>
      ) : null}
    </li>
  );
}

/** As the server sends them: the newest upload first. */
function packagesByVersion(packages: readonly PackageView[]) {
  const versions = new Map<string, PackageView[]>();
  for (const each of packages)
    versions.set(each.version, [...(versions.get(each.version) ?? []), each]);
  return [...versions].map(([version, of]) => ({ version, packages: of }));
}

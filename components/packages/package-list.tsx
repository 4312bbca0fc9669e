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
          {shown.map((each) => (
            <PackageRow key={each.id} each={each} onDelete={() => setDeleting(each)} />
          ))}
        </ul>
      )}
      <DeletePackageDialog each={deleting} onClose={() => setDeleting(null)} />
    </Section>
  );
}

function PackageRow({ each, onDelete }: { each: PackageView; onDelete: () => void }) {
  const t = useTranslations("packages");
  const format = useFormatter();
  const bytes = useBytes();
  const [open, setOpen] = useState(false);
  const name = `${each.agentName} ${each.version} ${each.platform}`;
  return (
    <li>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 sm:px-5">
        <button
          type="button"
          aria-expanded={open}
          aria-label={t("details", { name })}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1 rounded text-left"
        >
          <ChevronRight
            aria-hidden
            className={cn("size-4 shrink-0 text-subtle transition-transform", open && "rotate-90")}
          />
          <span className="w-24 font-medium font-mono text-[0.8125rem]">{each.version}</span>
          <span className="w-28 font-mono text-muted text-xs">{each.platform}</span>
          <span className="tabular w-20 text-right text-muted">{bytes(each.sizeBytes)}</span>
          <span className="hidden text-muted lg:inline">
            {t("files", {
              count: each.manifest.files.length,
              text: format.number(each.manifest.files.length),
            })}
          </span>
          <span className="hidden text-[0.8125rem] text-subtle md:inline">
            {t("uploaded", { actor: each.uploadedBy })} <Time ms={each.uploadedAtMs} />
          </span>
        </button>
        <span className="flex gap-1.5">
          <ButtonLink
            size="sm"
            href={`/releases/new?agent=${each.agentName}&version=${encodeURIComponent(each.version)}`}
          >
            {t("release")}
          </ButtonLink>
          <Button size="iconSm" tone="ghost" aria-label={t("delete", { name })} onClick={onDelete}>
            <Trash2 aria-hidden />
          </Button>
        </span>
      </div>
      {open ? <ManifestDetails each={each} /> : null}
    </li>
  );
}

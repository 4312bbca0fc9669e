"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PackagePlus } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { type DragEvent, useRef, useState } from "react";
import type { PackageUploaded } from "@/lib/contract/console-views.ts";
import { packageLimits } from "@/lib/contract/package-manifest.ts";
import { uploadPackage } from "@/lib/packages/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { useBytes } from "../ui/bytes.ts";
import { cn } from "../ui/cn.ts";
import { ErrorText } from "../ui/error-state.tsx";
import { type ArchiveRefusal, checkArchive } from "./check-archive.ts";

/** Takes an archive by drop or choice, shows how far it has come, and what the server says of it. */
export function UploadZone({ expectedAgent }: { expectedAgent?: string }) {
  const t = useTranslations("upload");
  const client = useQueryClient();
  const [refusal, setRefusal] = useState<ArchiveRefusal | null>(null);
  const [share, setShare] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const upload = useMutation({
    mutationFn: (file: File) => {
      abort.current = new AbortController();
      return uploadPackage(file, { onProgress: setShare, signal: abort.current.signal });
    },
    onSuccess: () => client.invalidateQueries(),
  });

  async function take(file: File | undefined) {
    if (!file || upload.isPending) return;
    upload.reset();
    setShare(0);
    const refused = await checkArchive(file);
    setRefusal(refused);
    if (!refused) upload.mutate(file);
  }

  const cancelled = upload.error instanceof DOMException;
  return (
    <div className="flex flex-col gap-3">
      {upload.isPending ? (
        <Sending
          name={upload.variables.name}
          size={upload.variables.size}
          share={share}
          onCancel={() => abort.current?.abort()}
        />
      ) : (
        <DropBox onFile={take} />
      )}
      {refusal ? (
        <Alert tone="bad" live title={t("notSent")}>
          <RefusalText refusal={refusal} />
        </Alert>
      ) : null}
      {upload.error && !cancelled ? (
        <Alert tone="bad" live title={t("refused")}>
          <ErrorText error={upload.error} />
        </Alert>
      ) : null}
      {upload.data ? <Uploaded uploaded={upload.data} expectedAgent={expectedAgent} /> : null}
    </div>
  );
}

function RefusalText({ refusal }: { refusal: ArchiveRefusal }) {
  const t = useTranslations("upload");
  const bytes = useBytes();
  return t(`refusal.${refusal}`, { limit: bytes(packageLimits.archiveBytesMax) });
}

function DropBox({ onFile }: { onFile: (file: File | undefined) => void }) {
  const t = useTranslations("upload");
  const bytes = useBytes();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the pointer's way; the button inside is everybody's
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn(
        "flex flex-col items-center gap-2 rounded-lg border-2 border-line-strong border-dashed px-4 py-8 text-center",
        over && "border-focus bg-busy-soft",
      )}
    >
      <PackagePlus aria-hidden className="size-8 text-subtle" />
      <p className="font-medium">{t("drop")}</p>
      <Button onClick={() => input.current?.click()}>{t("choose")}</Button>
      <input
        ref={input}
        type="file"
        aria-label={t("choose")}
        accept=".tar.gz,.tgz,application/gzip"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <p className="text-[0.8125rem] text-subtle">
        {t("limit", { limit: bytes(packageLimits.archiveBytesMax) })}
      </p>
    </div>
  );
}

function Sending(props: { name: string; size: number; share: number; onCancel: () => void }) {
  const t = useTranslations("upload");
  const format = useFormatter();
  const bytes = useBytes();
  const whole = props.share >= 1;
  return (
    <div className="flex flex-col gap-2.5 rounded-lg border p-4">
      <div className="flex items-baseline justify-between gap-4">
        <span className="min-w-0 truncate font-medium">{props.name}</span>
        <span className="tabular shrink-0 text-muted">
          {bytes(props.share * props.size)} / {bytes(props.size)}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={t("progress", { name: props.name })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(props.share * 100)}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className="h-full rounded-full bg-(--phase-switching) transition-[width]"
          style={{ width: `${props.share * 100}%` }}
        />
      </div>
      <div className="flex items-center justify-between gap-4 text-[0.8125rem] text-muted">
        <span role="status">
          {whole
            ? t("checking")
            : t("sending", { percent: format.number(props.share, { style: "percent" }) })}
        </span>
        <Button size="sm" tone="ghost" onClick={props.onCancel}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
}

function Uploaded(props: { uploaded: PackageUploaded; expectedAgent?: string }) {
  const t = useTranslations("upload");
  const { packages, existed } = props.uploaded;
  const [first] = packages;
  if (!first) return null;
  const name = `${first.agentName} ${first.version}`;
  const elsewhere = props.expectedAgent !== undefined && props.expectedAgent !== first.agentName;
  return (
    <Alert tone="ok" live title={existed ? t("existed", { name }) : t("done", { name })}>
      <p>{packages.map(({ platform }) => platform).join(", ")}</p>
      {elsewhere ? (
        <p className="text-[0.8125rem]">{t("otherAgent", { agent: first.agentName })}</p>
      ) : null}
      <div className="mt-2.5 flex flex-wrap gap-2">
        <ButtonLink
          size="sm"
          tone="primary"
          href={`/releases/new?agent=${first.agentName}&version=${encodeURIComponent(first.version)}`}
        >
          {t("release")}
        </ButtonLink>
        <Link
          href={`/agents/${first.agentName}`}
          className="self-center font-medium text-link hover:underline"
        >
          {t("toAgent", { agent: first.agentName })}
        </Link>
      </div>
    </Alert>
  );
}

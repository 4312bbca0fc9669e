"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PackagePlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type DragEvent, useRef, useState } from "react";
import type { PackageUploaded } from "@/lib/contract/console-views.ts";
import { packageLimits } from "@/lib/contract/package-manifest.ts";
import { storeSignature, uploadPackage } from "@/lib/packages/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { useBytes } from "../ui/bytes.ts";
import { cn } from "../ui/cn.ts";
import { ErrorText } from "../ui/error-state.tsx";
import { type ArchiveRefusal, checkArchive } from "./check-archive.ts";
import { Sending } from "./sending.tsx";
import { type ChosenSignature, SignatureField } from "./signature-field.tsx";
import { Uploaded, type UploadedWithSignature } from "./uploaded.tsx";

/** Takes an archive by drop or choice, shows how far it has come, and what the server says of it. */
export function UploadZone({ expectedAgent }: { expectedAgent?: string }) {
  const t = useTranslations("upload");
  const tSignature = useTranslations("signature");
  const client = useQueryClient();
  const [refusal, setRefusal] = useState<ArchiveRefusal | null>(null);
  const [share, setShare] = useState(0);
  const [signature, setSignature] = useState<ChosenSignature | null>(null);
  const abort = useRef<AbortController | null>(null);
  const upload = useMutation({
    async mutationFn(file: File): Promise<UploadedWithSignature> {
      abort.current = new AbortController();
      const { signal } = abort.current;
      const uploaded = await uploadPackage(file, { onProgress: setShare, signal });
      return withSignature(uploaded, signature?.envelope);
    },
    onSuccess({ signatureError }) {
      if (!signatureError) setSignature(null);
      return client.invalidateQueries();
    },
  });

  async function take(file: File | undefined) {
    if (!file || upload.isPending || signature?.refusal) return;
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
        <>
          <SignatureField
            label={tSignature("optional")}
            hint={tSignature("optionalHint")}
            chosen={signature}
            onChange={setSignature}
          />
          <DropBox onFile={take} />
        </>
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
      {upload.data ? <Uploaded result={upload.data} expectedAgent={expectedAgent} /> : null}
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

async function withSignature(
  uploaded: PackageUploaded,
  envelope: string | undefined,
): Promise<UploadedWithSignature> {
  const [first] = uploaded.packages;
  if (!first || envelope === undefined) return { uploaded, signatureError: null };
  try {
    const { package: signed } = await storeSignature(first.id, envelope);
    const packages = uploaded.packages.map((each) => ({ ...each, signature: signed.signature }));
    return { uploaded: { ...uploaded, packages }, signatureError: null };
  } catch (error) {
    return { uploaded, signatureError: error instanceof Error ? error : new Error(String(error)) };
  }
}

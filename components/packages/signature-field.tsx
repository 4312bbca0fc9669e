"use client";

import { FileKey2, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { envelopeCharsMax } from "@/lib/contract/dsse.ts";
import { Button } from "../ui/button.tsx";
import { refuseSignatureFile, type SignatureFileRefusal } from "./read-signature-file.ts";

/** A signature file as it was chosen, or why it is none. */
export type ChosenSignature = {
  name: string;
  envelope: string;
  refusal: SignatureFileRefusal | null;
};

/** Takes the .sig.json beside an archive. */
export function SignatureField(props: {
  label: string;
  hint: string;
  chosen: ChosenSignature | null;
  onChange: (chosen: ChosenSignature | null) => void;
}) {
  const t = useTranslations("signature");
  const input = useRef<HTMLInputElement>(null);
  const { chosen } = props;
  async function take(file: File | undefined) {
    if (file) props.onChange(await readSignature(file));
  }
  return (
    <div className="flex flex-col gap-1.5">
      <p className="font-medium text-[0.8125rem]">{props.label}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Button size="sm" onClick={() => input.current?.click()}>
          <FileKey2 aria-hidden />
          {t("choose")}
        </Button>
        <input
          ref={input}
          type="file"
          aria-label={props.label}
          accept=".json,application/json"
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
        {chosen ? (
          <span className="flex min-w-0 items-center gap-1 text-sm">
            <span className="min-w-0 break-all">{chosen.name}</span>
            <Button
              tone="ghost"
              size="iconSm"
              aria-label={t("remove")}
              onClick={() => props.onChange(null)}
            >
              <X aria-hidden />
            </Button>
          </span>
        ) : null}
      </div>
      {chosen?.refusal ? (
        <p role="alert" className="text-[0.8125rem] text-bad">
          <SignatureRefusalText refusal={chosen.refusal} />
        </p>
      ) : (
        <p className="text-[0.8125rem] text-subtle">{props.hint}</p>
      )}
    </div>
  );
}

export function SignatureRefusalText({ refusal }: { refusal: SignatureFileRefusal }) {
  const t = useTranslations("signature");
  return refusal.code === "otherType" ? t("otherType", { type: refusal.type }) : t(refusal.code);
}

async function readSignature(file: File): Promise<ChosenSignature> {
  // An archive taken by mistake is not read whole.
  const envelope = await file.slice(0, 4 * envelopeCharsMax).text();
  return { name: file.name, envelope, refusal: refuseSignatureFile(envelope) };
}

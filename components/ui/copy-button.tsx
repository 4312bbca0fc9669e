"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "./button.tsx";

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  async function copy() {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  const Icon = copied ? Check : Copy;
  return (
    <Button
      size={label ? "sm" : "iconSm"}
      tone="secondary"
      onClick={copy}
      aria-label={label ?? t("copy")}
    >
      <Icon aria-hidden />
      {label ? (copied ? t("copied") : label) : null}
      <span className="sr-only" aria-live="polite">
        {copied ? t("copied") : ""}
      </span>
    </Button>
  );
}

// Consoles are often reached over plain HTTP inside a company, where the clipboard API is missing.
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

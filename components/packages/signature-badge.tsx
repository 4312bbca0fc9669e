"use client";

import { FileQuestion, ShieldAlert, ShieldCheck, ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { Badge } from "../ui/badge.tsx";

export type SignatureLook = "good" | "unchecked" | "none" | "refused";

const looks = {
  good: { tone: "ok", icon: ShieldCheck },
  unchecked: { tone: "off", icon: FileQuestion },
  none: { tone: "warn", icon: ShieldOff },
  refused: { tone: "bad", icon: ShieldAlert },
} as const;

export function signatureLook(signature: PackageView["signature"]): SignatureLook {
  if (signature === null) return "none";
  const { state } = signature;
  return state === "good" || state === "unchecked" ? state : "refused";
}

/** Whether machines take the package. */
export function SignatureBadge({ signature }: Pick<PackageView, "signature">) {
  const t = useTranslations("signature.state");
  const look = signatureLook(signature);
  const { tone, icon: Icon } = looks[look];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(look)}
    </Badge>
  );
}

"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Button } from "../ui/button.tsx";
import { useBytes } from "../ui/bytes.ts";

/** How far an upload has come. */
export function Sending(props: {
  name: string;
  size: number;
  share: number;
  onCancel: () => void;
}) {
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

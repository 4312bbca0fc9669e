"use client";

import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "./button.tsx";

/**
 * Pages by an opaque cursor, which only leads forward: the way back is remembered here, and the
 * first page can always be reached.
 */
export function Pager(props: {
  cursor: string | null;
  nextCursor: string | null;
  onChange: (cursor: string | null) => void;
  summary?: React.ReactNode;
}) {
  const t = useTranslations("pager");
  const [behind, setBehind] = useState<(string | null)[]>([]);
  const previous = behind.at(-1);
  if (!props.cursor && !props.nextCursor && !props.summary) return null;
  return (
    <nav
      aria-label={t("label")}
      className="flex flex-wrap items-center justify-between gap-3 border-t px-5 py-3"
    >
      <p className="text-[0.8125rem] text-muted">{props.summary}</p>
      {props.cursor || props.nextCursor ? (
        <div className="flex gap-1.5">
          <Button
            size="sm"
            disabled={!props.cursor}
            onClick={() => {
              setBehind([]);
              props.onChange(null);
            }}
          >
            <ChevronsLeft aria-hidden />
            {t("first")}
          </Button>
          <Button
            size="sm"
            disabled={previous === undefined}
            onClick={() => {
              setBehind(behind.slice(0, -1));
              props.onChange(previous ?? null);
            }}
          >
            <ChevronLeft aria-hidden />
            {t("previous")}
          </Button>
          <Button
            size="sm"
            disabled={!props.nextCursor}
            onClick={() => {
              setBehind([...behind, props.cursor]);
              props.onChange(props.nextCursor);
            }}
          >
            {t("next")}
            <ChevronRight aria-hidden />
          </Button>
        </div>
      ) : null}
    </nav>
  );
}

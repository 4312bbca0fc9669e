"use client";

import { useTranslations } from "next-intl";
import { cn } from "../ui/cn.ts";
import { type DiffLine, diffLines } from "./diff-lines.ts";

const marks: Record<DiffLine["kind"], string> = {
  added: "+",
  removed: "−",
  changed: "~",
  same: "",
};
const styles: Record<DiffLine["kind"], string> = {
  added: "bg-ok-soft text-ok",
  removed: "bg-bad-soft text-bad",
  changed: "bg-warn-soft text-warn",
  same: "text-subtle",
};

/** What was before and after, value by value. */
export function AuditDiff({ before, after }: { before: unknown; after: unknown }) {
  const t = useTranslations("audit");
  const lines = diffLines(before, after);
  if (lines.length === 0) return <p className="text-muted">{t("noDetails")}</p>;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
      tabIndex={0}
      aria-label={t("diff.label")}
      className="scroll-thin min-w-0 overflow-x-auto rounded-md border bg-surface"
    >
      <table className="w-full font-mono text-xs">
        <thead>
          <tr className="border-b text-left text-subtle">
            <th scope="col" className="px-3 py-1.5 font-medium">
              {t("diff.field")}
            </th>
            <th scope="col" className="px-3 py-1.5 font-medium">
              {t("diff.before")}
            </th>
            <th scope="col" className="px-3 py-1.5 font-medium">
              {t("diff.after")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.path} className="align-top">
              <th scope="row" className="px-3 py-1 text-left font-normal whitespace-nowrap">
                <span
                  title={t(`diff.${line.kind}`)}
                  className={cn("mr-1.5 inline-block w-4 rounded text-center", styles[line.kind])}
                >
                  {marks[line.kind]}
                </span>
                {line.path}
              </th>
              <td className="break-all px-3 py-1 text-muted">{line.before ?? ""}</td>
              <td className="break-all px-3 py-1">{line.after ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

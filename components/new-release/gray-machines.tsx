"use client";

import { useTranslations } from "next-intl";
import { TextLink } from "../ui/text-link.tsx";

/** Who is in a gray stage. @param props.count of all of them; so many ids as are given are shown */
export function GrayMachines(props: { machineIds: readonly string[]; count: number }) {
  const t = useTranslations("preview");
  const { machineIds, count } = props;
  if (machineIds.length === 0) return null;
  const more = count - machineIds.length;
  return (
    <details className="mt-1">
      <summary className="w-fit cursor-pointer text-link underline-offset-2 hover:underline">
        {t("grayMachines", { count })}
      </summary>
      <ul className="mt-1 flex max-h-40 flex-wrap gap-x-3 gap-y-0.5 overflow-y-auto">
        {machineIds.map((machineId) => (
          <li key={machineId}>
            <TextLink
              href={`/machines/${encodeURIComponent(machineId)}`}
              className="font-mono text-xs"
            >
              {machineId}
            </TextLink>
          </li>
        ))}
        {more > 0 ? <li>{t("grayMore", { count: more })}</li> : null}
      </ul>
    </details>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { meQuery } from "@/lib/access/queries.ts";
import type { KnownBadView } from "@/lib/contract/known-bad.ts";
import { knownBadQuery } from "@/lib/known-bad/queries.ts";
import { ActionButton } from "../clusters/action-button.tsx";
import { Section } from "../ui/card.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";
import { MarkDialog } from "./mark-dialog.tsx";
import { MarkLine } from "./mark-line.tsx";

/** The versions of an agent that no machine is changed to, and those that were marked once. */
export function KnownBadSection(props: { agentName: string; versions: readonly string[] }) {
  const t = useTranslations("knownBad");
  const [open, setOpen] = useState(false);
  const query = useQuery(knownBadQuery(props.agentName));
  const mayNot = useMayNotMark();
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      actions={
        <ActionButton size="sm" because={mayNot} onClick={() => setOpen(true)}>
          <ShieldX aria-hidden />
          {t("mark")}
        </ActionButton>
      }
    >
      <QueryView query={query} skeleton={<SkeletonLines lines={2} />}>
        {({ marks }) => <Marks marks={marks} mayNot={mayNot} />}
      </QueryView>
      <MarkDialog {...props} open={open} onOpenChange={setOpen} />
    </Section>
  );
}

/** Why somebody may not mark a version or lift a mark; null: they may, somewhere at least. */
function useMayNotMark(): string | null {
  const t = useTranslations("knownBad");
  const { data: me } = useQuery(meQuery());
  if (!me || me.permissions.includes("releases.write")) return null;
  return t("mayNot");
}

function Marks({ marks, mayNot }: { marks: KnownBadView[]; mayNot: string | null }) {
  const t = useTranslations("knownBad");
  const standing = marks.filter(({ liftedAtMs }) => liftedAtMs === null);
  const lifted = marks.filter(({ liftedAtMs }) => liftedAtMs !== null);
  return (
    <>
      {standing.length === 0 ? <p className="text-muted text-sm">{t("none")}</p> : null}
      <ul className="flex flex-col divide-y">
        {standing.map((mark) => (
          <MarkLine key={mark.id} mark={mark} mayNot={mayNot} />
        ))}
      </ul>
      {lifted.length > 0 ? (
        <details className="mt-3 border-t pt-3">
          <summary className="cursor-pointer text-[0.8125rem] text-muted hover:text-ink">
            {t("lifted", { count: lifted.length })}
          </summary>
          <ul className="mt-1 flex flex-col divide-y">
            {lifted.map((mark) => (
              <MarkLine key={mark.id} mark={mark} mayNot={mayNot} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { Hand } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { holdsQuery } from "@/lib/change-control/queries.ts";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { ActionButton } from "../clusters/action-button.tsx";
import { useMayNotChange } from "../machine-status/use-may-not-change.ts";
import { Section } from "../ui/card.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";
import { holdConcerns } from "./hold-concerns.ts";
import { HoldDialog } from "./hold-dialog.tsx";
import { HoldLine } from "./hold-line.tsx";

/** Who leaves this machine out of changes, why and until when. */
export function MachineHolds({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("holds");
  const [open, setOpen] = useState(false);
  const query = useQuery(holdsQuery());
  const mayNot = useMayNotChange();
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      actions={
        <ActionButton size="sm" because={mayNot} onClick={() => setOpen(true)}>
          <Hand aria-hidden />
          {t("hold")}
        </ActionButton>
      }
    >
      <QueryView query={query} skeleton={<SkeletonLines lines={1} />}>
        {({ holds }) => {
          const binding = holds.filter((hold) => holdConcerns(hold, machine));
          if (binding.length === 0) return <p className="text-muted text-sm">{t("none")}</p>;
          return (
            <ul className="flex flex-col divide-y">
              {binding.map((hold) => (
                <HoldLine key={hold.id} hold={hold} mayNot={mayNot} />
              ))}
            </ul>
          );
        }}
      </QueryView>
      {open ? <HoldDialog machine={machine} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

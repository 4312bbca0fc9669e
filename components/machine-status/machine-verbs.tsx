"use client";

import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import {
  type MachineVerb,
  machineVerbStatuses,
  machineVerbs,
} from "@/lib/contract/machine-views.ts";
import { ActionButton } from "../clusters/action-button.tsx";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { MachineVerbDialog } from "./machine-verb-dialog.tsx";
import { useMayNotChange } from "./use-may-not-change.ts";

/** What can be done with a machine as it stands: accept, park, unpark, revoke, renew. */
export function MachineVerbs({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machineStatus");
  const [verb, setVerb] = useState<MachineVerb | null>(null);
  const mayNot = useMayNotChange();
  const verbs = machineVerbs.filter((one) => machineVerbStatuses[one].includes(machine.status));
  const label = (
    <>
      {t("change")}
      <ChevronDown aria-hidden />
    </>
  );
  if (mayNot)
    return (
      <ActionButton size="sm" because={mayNot}>
        {label}
      </ActionButton>
    );
  return (
    <>
      <Menu trigger={<Button size="sm">{label}</Button>}>
        {verbs.map((one) => (
          <MenuItem key={one} onClick={() => setVerb(one)}>
            {t(`verb.${one}`)}
          </MenuItem>
        ))}
      </Menu>
      {verb ? (
        <MachineVerbDialog machine={machine} verb={verb} onClose={() => setVerb(null)} />
      ) : null}
    </>
  );
}

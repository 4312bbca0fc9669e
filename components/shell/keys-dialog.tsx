"use client";

import { useTranslations } from "next-intl";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { ModKey } from "../ui/mod-key.tsx";

const keys = [
  ["palette", ["mod", "K"]],
  ["search", ["/"]],
  ["rows", ["j", "k"]],
  ["open", ["↵"]],
  ["overview", ["g", "o"]],
  ["clusters", ["g", "k"]],
  ["machines", ["g", "m"]],
  ["agents", ["g", "a"]],
  ["releases", ["g", "r"]],
  ["approvals", ["g", "p"]],
  ["audit", ["g", "l"]],
  ["settings", ["g", "s"]],
  ["newRelease", ["c"]],
  ["help", ["?"]],
] as const;

export function KeysDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("keys");
  return (
    <Dialog {...props} title={t("title")}>
      <ul className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
        {keys.map(([id, strokes]) => (
          <li key={id} className="flex items-center justify-between gap-4">
            <span className="text-muted">{t(id)}</span>
            <span className="flex gap-1">
              {strokes.map((stroke) => (
                <Kbd key={stroke}>{stroke === "mod" ? <ModKey /> : stroke}</Kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

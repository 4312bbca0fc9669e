"use client";

import { useTranslations } from "next-intl";

/** The parts of ifrit that act by themselves; people's names are shown as they are. */
const parts = ["advance", "setup", "sign-in", "scheduler"] as const;

/** Who acted: a person by name, ifrit by the part of it that did. */
export function useActorName(): (actor: string) => string {
  const t = useTranslations("systemActor");
  return (actor) => {
    const part = parts.find((each) => each === actor);
    return part ? t(part) : actor;
  };
}

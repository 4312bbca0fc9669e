import { type LucideIcon, ShieldCheck, UserRound } from "lucide-react";

export const settingsPlaces = [
  { id: "profile", href: "/settings", icon: UserRound },
  { id: "signatures", href: "/settings/signatures", icon: ShieldCheck },
] as const satisfies readonly { id: string; href: string; icon: LucideIcon }[];

export type SettingsPlace = (typeof settingsPlaces)[number]["id"];

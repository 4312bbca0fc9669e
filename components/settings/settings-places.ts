import { KeyRound, ListChecks, type LucideIcon, ShieldCheck, UserRound, Users } from "lucide-react";

export const settingsPlaces = [
  { id: "profile", href: "/settings", icon: UserRound },
  { id: "tokens", href: "/settings/tokens", icon: KeyRound },
  { id: "users", href: "/settings/users", icon: Users },
  { id: "access", href: "/settings/access", icon: ListChecks },
  { id: "signatures", href: "/settings/signatures", icon: ShieldCheck },
] as const satisfies readonly { id: string; href: string; icon: LucideIcon }[];

export type SettingsPlace = (typeof settingsPlaces)[number]["id"];

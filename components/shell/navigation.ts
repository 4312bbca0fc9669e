import {
  Boxes,
  Flame,
  LayoutDashboard,
  type LucideIcon,
  Network,
  ScrollText,
  Server,
  Settings,
  UserRoundCheck,
} from "lucide-react";

export const places = [
  { id: "overview", href: "/", icon: LayoutDashboard, keys: "g>o" },
  { id: "clusters", href: "/clusters", icon: Network, keys: "g>k" },
  { id: "machines", href: "/machines", icon: Server, keys: "g>m" },
  { id: "agents", href: "/agents", icon: Boxes, keys: "g>a" },
  { id: "releases", href: "/releases", icon: Flame, keys: "g>r" },
  { id: "approvals", href: "/approvals", icon: UserRoundCheck, keys: "g>p" },
  { id: "audit", href: "/audit", icon: ScrollText, keys: "g>l" },
  { id: "settings", href: "/settings", icon: Settings, keys: "g>s" },
] as const satisfies readonly { id: string; href: string; icon: LucideIcon; keys: string }[];

export function isAt(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}

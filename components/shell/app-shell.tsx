"use client";

import { Menu as MenuIcon, Search } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useHotkeys } from "react-hotkeys-hook";
import { Button } from "../ui/button.tsx";
import { Sheet } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { ModKey } from "../ui/mod-key.tsx";
import { Brand } from "./brand.tsx";
import { ClusterSwitcher } from "./cluster-switcher.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { ConfigBanner } from "./config-banner.tsx";
import { FreezeBanner } from "./freeze-banner.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { LiveIndicator } from "./live-indicator.tsx";
import { places } from "./navigation.ts";
import { SideNavigation } from "./side-navigation.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import { useClusterHref } from "./use-cluster.ts";
import { UserMenu } from "./user-menu.tsx";
import { ZoneToggle } from "./zone-toggle.tsx";

/** Navigation, the bar on top, and what belongs to every page: palette, shortcuts, skip link. */
export function AppShell({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  useHotkeys("mod+k", () => setPaletteOpen((open) => !open), {
    preventDefault: true,
    enableOnFormTags: true,
  });
  useHotkeys("?", () => setKeysOpen(true), { useKey: true });
  useNavigationKeys();
  return (
    <div className="app-root flex min-h-dvh">
      <a
        href="#content"
        className="absolute top-2 left-2 z-[70] -translate-y-16 rounded-md bg-primary px-4 py-2 text-on-primary focus:translate-y-0"
      >
        {t("skip")}
      </a>
      <aside className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-6 border-r bg-surface px-3 py-4 lg:flex">
        <Link href="/" className="rounded-md px-2">
          <Brand />
        </Link>
        <SideNavigation />
        <p className="mt-auto px-3 text-subtle text-xs leading-relaxed">{t("motto")}</p>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onSearch={() => setPaletteOpen(true)} onShowKeys={() => setKeysOpen(true)} />
        <FreezeBanner />
        <ConfigBanner />
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto flex w-full max-w-[88rem] flex-1 flex-col gap-5 px-4 py-5 outline-none sm:px-6 lg:px-8 lg:py-7"
        >
          {children}
        </main>
      </div>
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} />
      <KeysDialog open={keysOpen} onOpenChange={setKeysOpen} />
    </div>
  );
}

function TopBar({ onSearch, onShowKeys }: { onSearch: () => void; onShowKeys: () => void }) {
  const t = useTranslations("shell");
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b bg-surface/95 px-3 backdrop-blur sm:px-6 lg:px-8">
      <NavigationSheet />
      <ClusterSwitcher className="max-w-44 sm:max-w-64" />
      <div className="ml-auto flex items-center gap-0.5 sm:gap-1">
        <LiveIndicator />
        <Button
          tone="ghost"
          size="iconSm"
          className="size-8 sm:hidden"
          aria-label={t("openPalette")}
          onClick={onSearch}
        >
          <Search aria-hidden />
        </Button>
        <Button
          tone="secondary"
          size="sm"
          className="hidden h-8 text-subtle sm:inline-flex"
          onClick={onSearch}
        >
          <Search aria-hidden />
          {t("search")}
          <span className="ml-2 flex gap-0.5">
            <Kbd>
              <ModKey />
            </Kbd>
            <Kbd>K</Kbd>
          </span>
        </Button>
        <ZoneToggle className="hidden md:inline-flex" />
        <LanguageSwitch className="hidden md:inline-flex" />
        <ThemeToggle className="hidden md:inline-flex" />
        <UserMenu onShowKeys={onShowKeys} />
      </div>
    </header>
  );
}

function NavigationSheet() {
  const t = useTranslations("shell");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        tone="ghost"
        size="icon"
        className="lg:hidden"
        aria-label={t("openNavigation")}
        onClick={() => setOpen(true)}
      >
        <MenuIcon aria-hidden />
      </Button>
      <Sheet side="left" open={open} onOpenChange={setOpen} title={<Brand />} className="w-72">
        <SideNavigation onNavigate={() => setOpen(false)} />
        <div className="mt-4 flex flex-wrap gap-1 border-t pt-4 md:hidden">
          <ZoneToggle />
          <LanguageSwitch />
          <ThemeToggle />
        </div>
      </Sheet>
    </>
  );
}

function useNavigationKeys(): void {
  const router = useRouter();
  const clusterHref = useClusterHref();
  useHotkeys(
    places.map(({ keys }) => keys),
    (_event, hotkey) => {
      const place = places.find(({ keys }) => keys.endsWith(`>${hotkey.keys?.at(-1)}`));
      if (place) router.push(clusterHref(place.href));
    },
  );
  useHotkeys("c", () => router.push(clusterHref("/releases/new")));
}

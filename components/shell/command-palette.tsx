"use client";

import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Boxes, Flame, Moon, Network, Plus, Server, SunMoon } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { type ReactNode, useDeferredValue, useState } from "react";
import { machinesQuery } from "@/lib/machines/queries.ts";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { settingsPlaces } from "../settings/settings-places.ts";
import { Dialog } from "../ui/dialog.tsx";
import { places } from "./navigation.ts";
import { useClusterHref } from "./use-cluster.ts";

const groupStyle =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-subtle [&_[cmdk-group-heading]]:text-xs";

export function CommandPalette(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("palette");
  return (
    <Dialog {...props} title={t("title")} className="top-24 w-[38rem] translate-y-0">
      {props.open ? <Palette onDone={() => props.onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function Palette({ onDone }: { onDone: () => void }) {
  const t = useTranslations("palette");
  const tNav = useTranslations("nav");
  const tSettings = useTranslations("settings");
  const router = useRouter();
  const clusterHref = useClusterHref();
  const { resolvedTheme, setTheme } = useTheme();
  const [text, setText] = useState("");
  const go = (href: string) => () => {
    onDone();
    router.push(clusterHref(href));
  };
  return (
    <Command label={t("title")} loop>
      <Command.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={t("placeholder")}
        className="h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-[0.9375rem] outline-offset-0 placeholder:text-subtle"
      />
      <Command.List className="scroll-thin mt-2 max-h-80 overflow-y-auto">
        <Command.Empty className="px-3 py-8 text-center text-muted">{t("nothing")}</Command.Empty>
        <Command.Group heading={t("go")} className={groupStyle}>
          {places.map(({ id, href, icon: Icon }) => (
            <Item key={id} onSelect={go(href)} icon={<Icon aria-hidden />}>
              {tNav(id)}
            </Item>
          ))}
          {settingsPlaces.map(({ id, href, icon: Icon }) => (
            <Item key={id} onSelect={go(href)} icon={<Icon aria-hidden />}>
              {tNav("settings")}: {tSettings(id)}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading={t("do")} className={groupStyle}>
          <Item onSelect={go("/releases/new")} icon={<Flame aria-hidden />}>
            {t("newRelease")}
          </Item>
          <Item onSelect={go("/agents?upload=true")} icon={<Plus aria-hidden />}>
            {t("upload")}
          </Item>
          <Item onSelect={go("/machines?enrol=true")} icon={<Server aria-hidden />}>
            {t("enrol")}
          </Item>
          <Item onSelect={go("/clusters?add=true")} icon={<Network aria-hidden />}>
            {t("addCluster")}
          </Item>
          <Item
            onSelect={() => {
              setTheme(resolvedTheme === "dark" ? "light" : "dark");
              onDone();
            }}
            icon={resolvedTheme === "dark" ? <SunMoon aria-hidden /> : <Moon aria-hidden />}
          >
            {t("theme")}
          </Item>
        </Command.Group>
        <Found text={text} go={go} />
      </Command.List>
    </Command>
  );
}

function Found({ text, go }: { text: string; go: (href: string) => () => void }) {
  const t = useTranslations("palette");
  const search = useDeferredValue(text.trim());
  const agents = useQuery(agentsQuery({}));
  const machines = useQuery({
    ...machinesQuery({ q: search, limit: 8 }),
    enabled: search.length >= 2,
    refetchInterval: false,
  });
  return (
    <>
      {agents.data?.agents.length ? (
        <Command.Group heading={t("agents")} className={groupStyle}>
          {agents.data.agents.map(({ name }) => (
            <Item
              key={name}
              value={`agent ${name}`}
              onSelect={go(`/agents/${name}`)}
              icon={<Boxes aria-hidden />}
            >
              {name}
            </Item>
          ))}
        </Command.Group>
      ) : null}
      {search.length >= 2 && machines.data?.machines.length ? (
        <Command.Group heading={t("machines")} className={groupStyle}>
          {machines.data.machines.map((machine) => (
            // The search itself is part of the value: what the server found is always shown.
            <Item
              key={machine.id}
              value={`machine ${machine.id} ${text}`}
              onSelect={go(`/machines/${encodeURIComponent(machine.id)}`)}
              icon={<Server aria-hidden />}
            >
              {machine.hostname}
              <span className="ml-2 font-mono text-subtle text-xs">{machine.address}</span>
            </Item>
          ))}
        </Command.Group>
      ) : null}
    </>
  );
}

function Item(props: {
  value?: string;
  onSelect: () => void;
  icon: ReactNode;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={props.value}
      onSelect={props.onSelect}
      className="flex cursor-default items-center gap-2.5 rounded-md px-2.5 py-2 text-sm data-[selected=true]:bg-sunken [&_svg]:size-4 [&_svg]:text-subtle"
    >
      {props.icon}
      <span className="min-w-0 truncate">{props.children}</span>
    </Command.Item>
  );
}

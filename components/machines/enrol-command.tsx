"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import type { EnrollmentTokenCreated } from "@/lib/contract/console-views.ts";
import { arrivalsQuery } from "@/lib/machines/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Time } from "../ui/time.tsx";
import { EnrolInstall } from "./enrol-install.tsx";

/** The command to run on the machine, and the moment when the machine turns up. */
export function EnrolCommand(props: {
  created: z.infer<typeof EnrollmentTokenCreated>;
  clusterId: string;
  onAgain: () => void;
}) {
  const t = useTranslations("enrol");
  return (
    <div className="flex flex-col gap-5">
      <EnrolInstall
        clusterId={props.clusterId}
        token={props.created.token}
        command={props.created.command}
      />
      <p className="text-[0.8125rem] text-subtle">
        {t("tokenNote")} <Time ms={props.created.expiresAtMs} />
      </p>
      <Arrivals clusterId={props.clusterId} />
      <Alert tone="info">{t("bootNote")}</Alert>
      <Button onClick={props.onAgain} className="self-start">
        {t("again")}
      </Button>
    </div>
  );
}

function Arrivals({ clusterId }: { clusterId: string }) {
  const t = useTranslations("enrol");
  const [sinceMs] = useState(() => Date.now());
  const [before, setBefore] = useState<Mark | null>(null);
  const { data } = useQuery(arrivalsQuery(clusterId, sinceMs));
  if (data && !before) setBefore(toMark(data));
  const arrived = before ? (data?.machines ?? []).filter(({ id }) => !before.ids.has(id)) : [];
  // In a large cluster a new machine need not be among the ones that were listed.
  const unlisted = before && data ? data.total - before.total - arrived.length : 0;
  return (
    <div role="status" className="rounded-lg border bg-canvas p-4">
      {arrived.length === 0 && unlisted <= 0 ? (
        <p className="flex items-center gap-2.5 text-muted">
          <LoaderCircle aria-hidden className="size-4 animate-spin" />
          {t("waiting")}
        </p>
      ) : (
        <ul className="flex flex-col gap-2">
          {arrived.map((machine) => (
            <li key={machine.id} className="flex items-center gap-2.5">
              <CircleCheck aria-hidden className="size-4 text-ok" />
              <span>
                {t.rich("seen", {
                  hostname: machine.hostname,
                  machine: (chunks) => (
                    <Link
                      href={`/machines/${encodeURIComponent(machine.id)}`}
                      className="font-medium text-link hover:underline"
                    >
                      {chunks}
                    </Link>
                  ),
                })}
              </span>
            </li>
          ))}
          {unlisted > 0 ? <li>{t("seenMore", { count: unlisted })}</li> : null}
        </ul>
      )}
    </div>
  );
}

type Mark = { ids: ReadonlySet<string>; total: number };

function toMark({ machines, total }: { machines: { id: string }[]; total: number }): Mark {
  return { ids: new Set(machines.map(({ id }) => id)), total };
}

"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BadgeCheck, Ban, ChevronsRight, type LucideIcon, Pause, Play, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { meQuery } from "@/lib/access/queries.ts";
import type { ReleaseDetail, ReleaseVerb } from "@/lib/contract/console-views.ts";
import { VerbRefusal } from "@/lib/contract/release-vocabulary.ts";
import { orderRelease } from "@/lib/releases/queries.ts";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { needsDialog } from "./needs-dialog.ts";
import { VerbDialog } from "./verb-dialog.tsx";

const verbs = [
  ["start", Play],
  ["continue", Play],
  ["verifyCluster", BadgeCheck],
  ["pause", Pause],
  ["continueAll", ChevronsRight],
  ["rollBack", Undo2],
  ["abort", Ban],
] as const satisfies readonly (readonly [ReleaseVerb, LucideIcon])[];

export function VerbBar({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("verb");
  const client = useQueryClient();
  const [asked, setAsked] = useState<ReleaseVerb | null>(null);
  const order = useMutation({
    mutationFn: (request: { verb: ReleaseVerb; clusterId?: string; remark?: string }) =>
      orderRelease(release.id, request.verb, {
        ...(request.clusterId ? { clusterId: request.clusterId } : {}),
        ...(request.remark ? { remark: request.remark } : {}),
      }),
    onSuccess: (detail, { verb }) => {
      client.setQueryData(["release", release.id], detail);
      client.invalidateQueries({ queryKey: ["releases"] });
      setAsked(null);
      toast.success(t(`done.${verb}`));
    },
    onError: (error, { verb }) => {
      client.invalidateQueries({ queryKey: ["release", release.id] });
      if (!needsDialog(verb, release)) toast.error(t("failed"), { description: error.message });
    },
  });
  function begin(verb: ReleaseVerb) {
    order.reset();
    if (needsDialog(verb, release)) setAsked(verb);
    else order.mutate({ verb });
  }
  return (
    <div role="toolbar" aria-label={t("label")} className="mt-3 flex flex-wrap gap-2">
      {verbs
        .filter(([verb]) => verb !== "start" || release.state === "draft")
        .map(([verb, Icon]) => (
          <VerbButton
            key={verb}
            verb={verb}
            icon={Icon}
            release={release}
            busy={order.isPending}
            onClick={() => begin(verb)}
          />
        ))}
      {asked ? (
        <VerbDialog
          verb={asked}
          release={release}
          busy={order.isPending}
          error={order.error}
          onConfirm={(request) => order.mutate({ verb: asked, ...request })}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </div>
  );
}

function VerbButton(props: {
  verb: ReleaseVerb;
  icon: LucideIcon;
  release: ReleaseDetail;
  busy: boolean;
  onClick: () => void;
}) {
  const t = useTranslations("verb");
  const refusal = useRefusal(props.verb, props.release);
  const Icon = props.icon;
  const wanted =
    props.verb === "continue" || props.verb === "verifyCluster" || props.verb === "start";
  const tone =
    wanted && !refusal ? "primary" : props.verb === "rollBack" ? "dangerQuiet" : "secondary";
  return (
    <Tooltip content={refusal}>
      <Button
        size="sm"
        tone={tone}
        className="h-8"
        aria-disabled={refusal !== null || props.busy}
        onClick={() => {
          if (refusal === null && !props.busy) props.onClick();
        }}
      >
        <Icon aria-hidden />
        {t(props.verb)}
        {refusal ? <span className="sr-only">: {refusal}</span> : null}
      </Button>
    </Tooltip>
  );
}

/** Why the verb cannot be used now, in words; null when it can. */
function useRefusal(verb: ReleaseVerb, release: ReleaseDetail): string | null {
  const t = useTranslations("verbRefusal");
  const { data: me } = useQuery(meQuery());
  if (me && !me.mayWrite) return t("mayNotWrite");
  const { allowed, reason } = release.verbs[verb];
  if (allowed) return null;
  const known = VerbRefusal.safeParse(reason);
  return known.success ? t(known.data) : t("unknown", { code: reason ?? "" });
}

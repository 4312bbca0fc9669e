"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { ClusterProgress, ReleaseDetail, ReleaseVerb } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { RadioCards } from "../ui/radio-cards.tsx";
import { ConfirmChange } from "./confirm-change.tsx";
import { confirmTier } from "./confirm-tier.ts";
import { reachedMachines, remainingMachines } from "./reached-machines.ts";

type Request = { clusterId?: string; remark?: string };
const all = "*";

/** Says what a verb does and what it does not, and asks for as much as it deserves. */
export function VerbDialog(props: {
  verb: ReleaseVerb;
  release: ReleaseDetail;
  busy: boolean;
  error: Error | null;
  onConfirm: (request: Request) => void;
  onClose: () => void;
}) {
  const t = useTranslations("verbDialog");
  const tVerb = useTranslations("verb");
  const tCommon = useTranslations("common");
  const { verb } = props;
  // As it was when it was asked: a number that is being typed must not change under the hand.
  const [release] = useState(props.release);
  const [request, setRequest] = useState<Request & { ready: boolean }>();
  const { ready = false, ...order } = request ?? {};
  return (
    <Dialog
      open
      onOpenChange={(open) => open || props.onClose()}
      title={t(`${dialogOf(verb)}.title`, { agent: release.agentName })}
      footer={
        <>
          <Button onClick={props.onClose}>{tCommon("cancel")}</Button>
          <Button
            tone={verb === "rollBack" || verb === "abort" ? "danger" : "primary"}
            disabled={!ready || props.busy}
            onClick={() => props.onConfirm(order)}
          >
            {tVerb(verb)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {props.error ? (
          <Alert tone="bad" live title={tVerb("failed")}>
            <ErrorText error={props.error} />
          </Alert>
        ) : null}
        <Order verb={verb} release={release} onChange={setRequest} />
      </div>
    </Dialog>
  );
}

/** What is ordered: where, with which remark, and whether it has been confirmed. */
function Order(props: {
  verb: ReleaseVerb;
  release: ReleaseDetail;
  onChange: (request: Request & { ready: boolean }) => void;
}) {
  const t = useTranslations("verbDialog");
  const { verb, release, onChange } = props;
  const choices = clusterChoices(verb, release);
  const [clusterId, setClusterId] = useState(
    verb === "verifyCluster" ? (choices[0]?.clusterId ?? all) : all,
  );
  const [remark, setRemark] = useState("");
  const machines = machinesOf(verb, release, clusterId);
  const tier = confirmTier({ machines, agentName: release.agentName });
  const [confirmed, setConfirmed] = useState(false);
  const ready = tier.kind === "click" || confirmed;
  useEffect(() => {
    onChange({
      ready,
      ...(clusterId === all ? {} : { clusterId }),
      ...(remark.trim() ? { remark: remark.trim() } : {}),
    });
  }, [onChange, ready, clusterId, remark]);
  return (
    <>
      <Explanation verb={verb} machines={machines} release={release} />
      {choices.length > 1 ? (
        <ClusterChoice
          verb={verb}
          choices={choices}
          value={clusterId}
          onChange={(next) => {
            setClusterId(next);
            setConfirmed(false);
          }}
        />
      ) : null}
      <Field label={t("remark")} hint={t("remarkHint")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={500}
            className="min-h-16"
            value={remark}
            onChange={(event) => setRemark(event.target.value)}
          />
        )}
      </Field>
      <ConfirmChange
        key={`${clusterId} ${tier.kind}`}
        tier={tier}
        machines={machines}
        onChange={setConfirmed}
      />
    </>
  );
}

/** How many machines the verb may change. */
function machinesOf(verb: ReleaseVerb, release: ReleaseDetail, clusterId: string): number {
  const chosen = release.clusters.filter(
    (cluster) => clusterId === all || cluster.clusterId === clusterId,
  );
  if (verb === "rollBack") return reachedMachines(chosen);
  if (verb !== "continueAll") return 0;
  return remainingMachines(chosen.filter(({ state }) => state !== "waiting"));
}

type DialogVerb = "continue" | "continueAll" | "verifyCluster" | "rollBack" | "abort";

function dialogOf(verb: ReleaseVerb): DialogVerb {
  return verb === "start" || verb === "pause" ? "continue" : verb;
}

function Explanation(props: { verb: ReleaseVerb; machines: number; release: ReleaseDetail }) {
  const t = useTranslations("verbDialog");
  const format = useFormatter();
  const machines = format.number(props.machines);
  if (props.verb === "rollBack") {
    return (
      <div className="flex flex-col gap-3">
        <p>{t("rollBack.text", { machines, count: props.machines })}</p>
        <div>
          <h3 className="mb-1 font-medium text-[0.8125rem]">{t("rollBack.notTitle")}</h3>
          <ul className="list-disc pl-5 text-muted">
            <li>{t("rollBack.not1")}</li>
            <li>{t("rollBack.not2")}</li>
            <li>{t("rollBack.not3")}</li>
          </ul>
        </div>
      </div>
    );
  }
  if (props.verb === "continue") {
    return <Alert tone="warn">{t("continue.text", { count: props.release.counts.failed })}</Alert>;
  }
  return <p>{t(`${dialogOf(props.verb)}.text`, { machines, count: props.machines })}</p>;
}

function ClusterChoice(props: {
  verb: ReleaseVerb;
  choices: ClusterProgress[];
  value: string;
  onChange: (clusterId: string) => void;
}) {
  const t = useTranslations("verbDialog");
  const options = props.choices.map(({ clusterId, clusterName }) => ({
    value: clusterId,
    title: clusterName,
  }));
  return (
    <RadioCards
      label={t("where")}
      value={props.value}
      onChange={props.onChange}
      options={
        props.verb === "rollBack" ? [{ value: all, title: t("everywhere") }, ...options] : options
      }
    />
  );
}

/** The clusters that the verb can be said for. */
function clusterChoices(verb: ReleaseVerb, release: ReleaseDetail): ClusterProgress[] {
  if (verb === "verifyCluster") {
    return release.clusters.filter(({ state }) => state === "waitingForVerification");
  }
  if (verb === "rollBack") {
    return release.clusters.filter(({ state }) => state !== "waiting" && state !== "rolledBack");
  }
  return [];
}

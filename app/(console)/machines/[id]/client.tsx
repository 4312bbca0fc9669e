"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { MachineHolds } from "@/components/holds/machine-holds.tsx";
import { MachineVerbs } from "@/components/machine-status/machine-verbs.tsx";
import { StatusReasonNote } from "@/components/machine-status/status-reason-note.tsx";
import { Connectivity } from "@/components/machines/connectivity.tsx";
import { MachineAgents } from "@/components/machines/machine-agents.tsx";
import { MachineFactsCard } from "@/components/machines/machine-facts.tsx";
import { MachineSentence } from "@/components/machines/machine-sentence.tsx";
import { useClusterHref } from "@/components/shell/use-cluster.ts";
import { MachineRefusal, MachineTrust } from "@/components/trust/machine-trust.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { machineQuery } from "@/lib/machines/queries.ts";

export function MachineClient({ id }: { id: string }) {
  const tNav = useTranslations("nav");
  const clusterHref = useClusterHref();
  const query = useQuery(machineQuery(id));
  return (
    <>
      <PageHeader
        trail={[{ href: clusterHref("/machines"), label: tNav("machines") }]}
        trailLabel={tNav("trail")}
        title={
          <span className="flex flex-wrap items-center gap-3">
            {query.data?.hostname ?? id}
            {query.data ? <Connectivity machine={query.data} /> : null}
          </span>
        }
        hint={query.data ? <MachineSentence machine={query.data} /> : null}
        actions={query.data ? <MachineVerbs machine={query.data} /> : null}
      />
      <QueryView query={query}>
        {(machine) => (
          <>
            <StatusReasonNote machine={machine} />
            <MachineRefusal trust={machine.trust} />
            <div className="grid items-start gap-5 xl:grid-cols-[1fr_22rem]">
              <MachineAgents machine={machine} />
              <div className="flex min-w-0 flex-col gap-5">
                <MachineHolds machine={machine} />
                <MachineTrust trust={machine.trust} />
                <MachineFactsCard machine={machine} />
              </div>
            </div>
          </>
        )}
      </QueryView>
    </>
  );
}

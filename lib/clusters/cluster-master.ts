import type { MachineDetail, MachineList, ReleasePreview } from "../contract/console-views.ts";
import type {
  MasterGrayRequest,
  MasterMachinesQuery,
  MasterStatus,
} from "../contract/master-api.ts";
import type { ClusterPlan, ReleasePlan } from "../contract/release-plan.ts";
import type { FoundMachine } from "../machines/find-machines.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { ClusterFacts } from "../releases/engine/facts.ts";
import type { ReleaseRecord } from "../releases/engine/release-record.ts";

export type ClusterPreview = Omit<ReleasePreview["clusters"][number], "clusterId" | "clusterName">;
export type StagePreview = ClusterPreview["stages"][number];

/** What a release asks of a cluster from now on: all of it, never a difference. */
export type ClusterOrder = {
  release: ReleaseRecord;
  revision: number;
  /** A stage opened, or was taken back: other machines are meant than before. */
  entriesChanged: boolean;
  ctx: Pick<RequestContext, "actor" | "requestId">;
  nowMs: number;
};

/**
 * What manage asks of the master of a cluster. Two implementations: this very deployment
 * (local-master.ts), and another one over HTTP (remote-master.ts).
 *
 * INVARIANTS
 *  - `order` is part of the decision's transaction and talks to nobody: a local cluster's entries
 *    change right there, a remote one's order is put into the outbox and delivered afterwards.
 *  - Carried out twice, or after a newer one, an order changes nothing.
 *  - `readFacts` gives facts only of a master that has carried out the newest order.
 *  - Nothing here lifts a freeze that the master's own people have set.
 */
export type ClusterMaster = {
  clusterId: string;
  /** null: this deployment. */
  url: string | null;
  order(tx: Transaction, order: ClusterOrder): Promise<void>;
  /** undefined: nothing is known. */
  readFacts(release: ReleaseRecord): Promise<ClusterFacts | undefined>;
  /** The rest asks now. @throws ProblemError unavailable */
  status(): Promise<MasterStatus>;
  preview(plan: ReleasePlan, cluster: ClusterPlan): Promise<ClusterPreview>;
  selectGray(request: MasterGrayRequest): Promise<string[]>;
  findMachines(machineIds: readonly string[]): Promise<Map<string, FoundMachine>>;
  listMachines(query: MasterMachinesQuery): Promise<MachineList>;
  readMachine(machineId: string): Promise<MachineDetail>;
};

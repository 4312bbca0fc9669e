import { type MachineType, machineTypes } from "@/lib/contract/machine-type.ts";
import {
  Gate,
  type GraySelection,
  type ReleasePlan,
  type Stage,
} from "@/lib/contract/release-plan.ts";
import { parseLabels } from "./parse-labels.ts";

/** What the wizard's form holds. One list of stages serves every cluster of the release. */
export type DraftStage = {
  kind: Stage["kind"];
  upToPercent: number;
  soakSeconds: number;
  /** Per cent. */
  failureShare: number;
  /** Per cent. */
  convergedShare: number;
  deadlineSeconds: number;
  manual: boolean;
};

/** Gray machines by what they are; the server finds them. */
export type DraftSelection = {
  /** As they are typed. */
  labels: string;
  percent: number;
  machinesMax: number;
};

export type GrayMachine = { id: string; hostname: string; clusterId: string };

export type ReleaseDraft = {
  agentName: string;
  removes: boolean;
  version: string;
  machineTypes: MachineType[];
  /** In the order in which they come. */
  clusterIds: string[];
  grayBy: "name" | "selection";
  gray: GrayMachine[];
  graySelection: DraftSelection;
  template: TemplateId | "custom";
  stages: DraftStage[];
  verification: "person" | "automatic";
  onGateFailure: ReleasePlan["onGateFailure"];
  order: ReleasePlan["order"];
  note: string;
};

export const templateIds = ["safe", "grayThenAll", "grayOnly", "all"] as const;
export type TemplateId = (typeof templateIds)[number];

/** So many machines a selection gives at most. */
export const graySelectedMost = 5000;

const minute = 60;
const hour = 60 * minute;

/** Failures up to the share are borne, and as many machines may be late: twice the share in all. */
function stage(kind: Stage["kind"], values: Partial<DraftStage> = {}): DraftStage {
  const failureShare = values.failureShare ?? 0;
  return {
    kind,
    upToPercent: 0,
    soakSeconds: 0,
    failureShare,
    convergedShare: 100 - 2 * failureShare,
    deadlineSeconds: kind === "gray" ? 2 * hour : kind === "batch" ? 6 * hour : 24 * hour,
    manual: false,
    ...values,
  };
}

const templates: Record<TemplateId, () => DraftStage[]> = {
  all: () => [stage("full", { failureShare: 1 })],
  grayThenAll: () => [
    stage("gray", { soakSeconds: 10 * minute, manual: true }),
    stage("full", { failureShare: 1 }),
  ],
  grayOnly: () => [stage("gray", { soakSeconds: 10 * minute })],
  safe: () => [
    stage("gray", { soakSeconds: 10 * minute }),
    stage("batch", { upToPercent: 1, failureShare: 2, soakSeconds: 10 * minute }),
    stage("batch", { upToPercent: 10, failureShare: 1, soakSeconds: 15 * minute }),
    stage("batch", { upToPercent: 50, failureShare: 1, soakSeconds: 30 * minute }),
    stage("full", { failureShare: 1 }),
  ],
};

export function stagesOfTemplate(template: TemplateId): DraftStage[] {
  return templates[template]();
}

export function emptyDraft(agentName: string, version: string): ReleaseDraft {
  return {
    agentName,
    removes: false,
    version,
    machineTypes: [...machineTypes],
    clusterIds: [],
    grayBy: "name",
    gray: [],
    graySelection: { labels: "", percent: 1, machinesMax: 100 },
    template: "safe",
    stages: stagesOfTemplate("safe"),
    verification: "person",
    onGateFailure: "pause",
    order: "sticky",
    note: "",
  };
}

/** The stages of one cluster: its gray machines first, if it has any. */
function stagesOfCluster(draft: ReleaseDraft, clusterId: string): Stage[] {
  return draft.stages.flatMap((each): Stage[] => {
    const gate = gateOf(each);
    if (each.kind === "full") return [{ kind: "full", gate }];
    if (each.kind === "batch") return [{ kind: "batch", upToPercent: each.upToPercent, gate }];
    const who = grayOfCluster(draft, clusterId);
    return who === null ? [] : [{ kind: "gray", ...who, gate }];
  });
}

/** Null: the cluster has no gray machine. */
function grayOfCluster(
  draft: ReleaseDraft,
  clusterId: string,
): { machineIds: string[]; select?: GraySelection } | null {
  if (draft.grayBy === "selection")
    return { machineIds: [], select: selectionOf(draft.graySelection) };
  const machineIds = draft.gray
    .filter((machine) => machine.clusterId === clusterId)
    .map(({ id }) => id);
  return machineIds.length > 0 ? { machineIds } : null;
}

function selectionOf({ labels, percent, machinesMax }: DraftSelection): GraySelection {
  const parsed = parseLabels(labels) ?? {};
  return {
    ...(Object.keys(parsed).length > 0 ? { labels: parsed } : {}),
    ...(percent < 100 ? { percent } : {}),
    machinesMax,
  };
}

function gateOf(each: DraftStage): Gate {
  return Gate.parse({
    soakSeconds: each.soakSeconds,
    convergedShareMin: toShare(each.convergedShare),
    failuresMax: each.failureShare > 0 ? 1_000_000 : 0,
    failureShareMax: toShare(each.failureShare),
    deadlineSeconds: each.deadlineSeconds,
    manual: each.manual,
  });
}

// 0.07 and not 0.07000000000000001: plans are compared and shown.
const toShare = (percent: number) => Math.round(percent * 1000) / 100_000;

export function planOfDraft(draft: ReleaseDraft): ReleasePlan {
  return {
    agentName: draft.agentName,
    version: draft.removes ? null : draft.version,
    machineTypes: machineTypes.filter((type) => draft.machineTypes.includes(type)),
    clusters: draft.clusterIds.map((clusterId) => ({
      clusterId,
      stages: stagesOfCluster(draft, clusterId),
      verification: draft.verification,
    })),
    onGateFailure: draft.onGateFailure,
    order: draft.order,
    note: draft.note.trim(),
  };
}

export const draftSteps = ["what", "where", "how", "check"] as const;
export type DraftStep = (typeof draftSteps)[number];

export type DraftProblem =
  | "agentMissing"
  | "versionMissing"
  | "typesMissing"
  | "clustersMissing"
  | "grayOutside"
  | "grayLabelsUnreadable"
  | "graySelectionOutOfRange"
  | "stagesMissing"
  | "grayMissing"
  | "batchesNotGrowing"
  | "batchOutOfRange"
  | "clusterWithoutStages";

/** What keeps a step from being done; the last step has nothing to fill in. */
export function problemsOfStep(draft: ReleaseDraft, step: DraftStep): DraftProblem[] {
  if (step === "what") return whatProblems(draft);
  if (step === "where") return whereProblems(draft);
  if (step === "how") return howProblems(draft);
  return [];
}

function whatProblems(draft: ReleaseDraft): DraftProblem[] {
  if (!draft.agentName) return ["agentMissing"];
  return draft.removes || draft.version ? [] : ["versionMissing"];
}

function whereProblems(draft: ReleaseDraft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (draft.machineTypes.length === 0) problems.push("typesMissing");
  if (draft.clusterIds.length === 0) problems.push("clustersMissing");
  else problems.push(...grayProblems(draft));
  return problems;
}

function grayProblems({ grayBy, gray, graySelection, clusterIds }: ReleaseDraft): DraftProblem[] {
  if (grayBy === "name") {
    const isOutside = gray.some(({ clusterId }) => !clusterIds.includes(clusterId));
    return isOutside ? ["grayOutside"] : [];
  }
  if (parseLabels(graySelection.labels) === null) return ["grayLabelsUnreadable"];
  const { percent, machinesMax } = graySelection;
  const isInRange =
    percent > 0 &&
    percent <= 100 &&
    Number.isInteger(machinesMax) &&
    machinesMax >= 1 &&
    machinesMax <= graySelectedMost;
  return isInRange ? [] : ["graySelectionOutOfRange"];
}

function howProblems(draft: ReleaseDraft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const { stages } = draft;
  if (stages.length === 0) return ["stagesMissing"];
  const batches = stages.filter(({ kind }) => kind === "batch").map((each) => each.upToPercent);
  if (batches.some((percent) => !Number.isInteger(percent) || percent < 1 || percent > 99)) {
    problems.push("batchOutOfRange");
  }
  if (batches.some((percent, index) => index > 0 && percent <= batches[index - 1]!)) {
    problems.push("batchesNotGrowing");
  }
  if (stages.every(({ kind }) => kind === "gray") && hasNoGray(draft)) {
    problems.push("grayMissing");
  } else if (draft.clusterIds.some((id) => stagesOfCluster(draft, id).length === 0)) {
    problems.push("clusterWithoutStages");
  }
  return problems;
}

export function hasNoGray(draft: Pick<ReleaseDraft, "grayBy" | "gray">): boolean {
  return draft.grayBy === "name" && draft.gray.length === 0;
}

/** The first step that is not done, or the last one. */
export function furthestStep(draft: ReleaseDraft): DraftStep {
  return draftSteps.find((step) => problemsOfStep(draft, step).length > 0) ?? "check";
}

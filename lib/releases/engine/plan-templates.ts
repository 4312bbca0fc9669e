import {
  Gate,
  type GraySelection,
  type ReleasePlan,
  type Stage,
} from "../../contract/release-plan.ts";

/** Named plans that an operator starts from. */
export const planTemplates = ["wholeClusterAtOnce", "grayThenAll", "safe"] as const;
export type PlanTemplate = (typeof planTemplates)[number];

export type PlanAnswers = Pick<ReleasePlan, "agentName" | "version" | "machineTypes"> & {
  /** In the order in which they come. */
  clusterIds: readonly string[];
  /** By cluster: the machines that go first. Where there are none, the server selects them. */
  grayMachineIds?: Readonly<Record<string, readonly string[]>>;
};

type Gray = { machineIds: readonly string[] };

const minute = 60;
const hour = 60 * minute;

/**
 * - wholeClusterAtOnce: everything of the types, then verification by a person.
 * - grayThenAll: the named machines (or 1 %), ten minutes of soak, a person's word, then everything.
 * - safe: 1 machine → 1 % → 10 % → 50 % → all, each healthy for a while before the next. One failure in
 *   the 1 % of a large cluster is borne, since machines fall silent by themselves; two are not.
 */
const stagesOf: Record<PlanTemplate, (gray: Gray) => Stage[]> = {
  wholeClusterAtOnce: () => [full()],
  grayThenAll: (gray) => [
    grayStage(gray, { percent: 1, machinesMax: 100 }, { soakSeconds: 10 * minute, manual: true }),
    full(),
  ],
  safe: (gray) => [
    grayStage(gray, { machinesMax: 1 }, { soakSeconds: 10 * minute, restartedShareMax: 0 }),
    batch(1, { ...within(0.015), soakSeconds: 10 * minute }),
    batch(10, { ...within(0.01), soakSeconds: 15 * minute }),
    batch(50, { ...within(0.01), soakSeconds: 30 * minute }),
    full(),
  ],
};

export function planFromTemplate(template: PlanTemplate, answers: PlanAnswers): ReleasePlan {
  const { clusterIds, grayMachineIds = {}, ...what } = answers;
  return {
    ...what,
    clusters: clusterIds.map((clusterId) => ({
      clusterId,
      stages: stagesOf[template]({ machineIds: grayMachineIds[clusterId] ?? [] }),
      verification: "person",
    })),
    ...{ onGateFailure: "pause", order: "sticky", note: "" },
  };
}

/** Failures up to the share are borne, and as many machines may be late. */
const within = (share: number): Partial<Gate> => ({
  ...{ failuresMax: 1_000_000, failureShareMax: share, convergedShareMin: 1 - 2 * share },
});

const gateOf = (changed: Partial<Gate>): Gate => ({ ...Gate.parse({}), ...changed });

function grayStage({ machineIds }: Gray, select: GraySelection, changed: Partial<Gate>): Stage {
  const gate = gateOf({ deadlineSeconds: 2 * hour, ...changed });
  return machineIds.length > 0
    ? { kind: "gray", machineIds: [...machineIds], gate }
    : { kind: "gray", machineIds: [], select, gate };
}

function batch(upToPercent: number, changed: Partial<Gate>): Stage {
  return { kind: "batch", upToPercent, gate: gateOf({ deadlineSeconds: 6 * hour, ...changed }) };
}

function full(): Stage {
  return { kind: "full", gate: gateOf({ ...within(0.01), deadlineSeconds: 24 * hour }) };
}

import { type DraftStage, stagesOfTemplate } from "./release-draft.ts";

export function replaceStage(
  stages: readonly DraftStage[],
  index: number,
  change: Partial<DraftStage>,
): DraftStage[] {
  return stages.map((stage, at) => (at === index ? { ...stage, ...change } : stage));
}

export function removeStage(stages: readonly DraftStage[], index: number): DraftStage[] {
  return stages.filter((_, at) => at !== index);
}

/** A batch half-way between the last one and everything, before the stage for all machines. */
export function addBatch(stages: readonly DraftStage[]): DraftStage[] {
  const like = stagesOfTemplate("safe").find(({ kind }) => kind === "batch")!;
  const last = stages.findLast(({ kind }) => kind === "batch")?.upToPercent ?? 0;
  const upToPercent = Math.min(99, Math.max(last + 1, Math.round((last + 100) / 2)));
  const full = stages.findIndex(({ kind }) => kind === "full");
  const at = full === -1 ? stages.length : full;
  return [...stages.slice(0, at), { ...like, upToPercent }, ...stages.slice(at)];
}

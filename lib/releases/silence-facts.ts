import { reachableOf, type SilenceFacts, type StageFacts } from "./engine/facts.ts";

/**
 * Who fell silent lately, in the stages that are open and in those that are not: the latter are
 * machines that the release has not reached.
 *
 * @param silent of each stage, only its machines that went offline lately
 */
export function silenceFacts(
  stages: readonly StageFacts[],
  silent: readonly StageFacts[],
  stageIndex: number,
): SilenceFacts {
  const others = { machines: 0, silent: 0 };
  for (const [index, stage] of stages.entries()) {
    if (index <= stageIndex) continue;
    const away = silent[index]!.offline;
    others.machines += reachableOf(stage) + away;
    others.silent += away;
  }
  return { goneDarkLately: silent.map(({ goneDark }) => goneDark), others };
}

import type { HoldView } from "@/lib/contract/change-control.ts";

/** Whether a hold leaves the machine out of changes: by its name, or by labels that it carries, all of them. */
export function holdConcerns(
  { target }: Pick<HoldView, "target">,
  machine: { id: string; facts: { labels: Readonly<Record<string, string>> } },
): boolean {
  if ("machineId" in target) return target.machineId === machine.id;
  return Object.entries(target.labels).every(([key, value]) => machine.facts.labels[key] === value);
}

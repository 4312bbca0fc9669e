import type { Overview } from "@/lib/contract/console-views.ts";

type Item = Overview["attention"][number];

/** Machines where the same agent has the same trouble. */
export type AttentionGroup = {
  agentName: string;
  phase: string;
  reason: string | null;
  /** The newest trouble first. */
  items: Item[];
};

/** Trouble that many machines share is one line: the most shared first, then the newest. */
export function attentionGroups(items: readonly Item[]): AttentionGroup[] {
  const groups = new Map<string, AttentionGroup>();
  for (const item of items) {
    const { agentName, phase, reason } = item;
    const key = `${agentName} ${phase} ${reason}`;
    const group = groups.get(key) ?? { agentName, phase, reason, items: [] };
    group.items.push(item);
    groups.set(key, group);
  }
  for (const { items: of } of groups.values()) of.sort((a, b) => b.sinceMs - a.sinceMs);
  return [...groups.values()].sort(
    (a, b) => b.items.length - a.items.length || b.items[0]!.sinceMs - a.items[0]!.sinceMs,
  );
}

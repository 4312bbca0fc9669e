/** How much a person must do to confirm: the more machines, the harder a misclick becomes. */
export type ConfirmTier = { kind: "click" } | { kind: "check" } | { kind: "type"; phrase: string };

const typeAbove = 100;

/**
 * One machine: a click. Several: a tick beside their number. More than a hundred: the number, typed;
 * removing an agent from machines: its name, typed.
 */
export function confirmTier(change: {
  machines: number;
  removes?: boolean;
  agentName: string;
}): ConfirmTier {
  if (change.removes) return { kind: "type", phrase: change.agentName };
  if (change.machines > typeAbove) return { kind: "type", phrase: String(change.machines) };
  return { kind: change.machines > 1 ? "check" : "click" };
}

/** Typed numbers may be grouped as they are shown: "1,234", "1 234". */
export function isConfirmed(
  tier: ConfirmTier,
  answer: { checked: boolean; typed: string },
): boolean {
  if (tier.kind === "click") return true;
  if (tier.kind === "check") return answer.checked;
  const typed = answer.typed.trim();
  return (
    typed === tier.phrase ||
    (/^\d+$/.test(tier.phrase) && typed.replace(/[\s,.'’]/g, "") === tier.phrase)
  );
}

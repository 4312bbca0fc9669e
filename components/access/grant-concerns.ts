type Grant = { who: readonly string[] };

/**
 * Whether a grant is for the user or group that is asked about, by name: also through a group of the
 * file, or because it is for everybody. Nothing asked: every grant is.
 */
export function grantConcerns(
  { who }: Grant,
  groups: Readonly<Record<string, readonly string[]>>,
  asked: string,
): boolean {
  const name = asked.trim().toLowerCase();
  if (name === "") return true;
  return who.some((one) => {
    const [kind = "", ...rest] = one.toLowerCase().split(":");
    if (kind === "*") return true;
    const named = rest.join(":");
    if (one.toLowerCase() === name || named === name) return true;
    if (kind !== "group") return false;
    const members = Object.entries(groups).find(([group]) => group.toLowerCase() === named)?.[1];
    return (members ?? []).some((member) => member.toLowerCase() === name);
  });
}

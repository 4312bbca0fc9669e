/** The words of a pasted list (ids, host names, addresses), once each: blanks, commas, lines part them. */
export function wordsOfList(text: string): string[] {
  return [...new Set(text.split(/[\s,;，、；]+/).filter((word) => word !== ""))];
}

type Machine = { id: string; hostname: string; address: string | null };

/** Which machines a pasted list names exactly, and which of its words name none. */
export function matchList<M extends Machine>(
  words: readonly string[],
  machines: readonly M[],
): { found: M[]; unknown: string[] } {
  const byName = new Map<string, M>();
  for (const machine of machines) {
    for (const name of [machine.address, machine.hostname, machine.id]) {
      if (name) byName.set(name.toLowerCase(), machine);
    }
  }
  const found = new Map<string, M>();
  const unknown: string[] = [];
  for (const word of words) {
    const machine = byName.get(word.toLowerCase());
    if (machine) found.set(machine.id, machine);
    else unknown.push(word);
  }
  return { found: [...found.values()], unknown };
}

type Page<T> = { machines: readonly T[]; nextId: string | null };

/**
 * One page by id out of several, each of them by id and after the same one. Machines of the same id (a
 * machine that moved, and is known in two clusters) stay on one page: the next one begins after an id.
 */
export function mergePages<T extends { id: string }>(
  pages: readonly Page<T>[],
  limit: number,
): Page<T> {
  const all = pages.flatMap(({ machines }) => machines).sort((a, b) => compare(a.id, b.id));
  const lastId = all.slice(0, limit).at(-1)?.id;
  if (lastId === undefined) return { machines: [], nextId: null };
  const machines = all.filter(({ id }) => compare(id, lastId) <= 0);
  const isMore = machines.length < all.length || pages.some(({ nextId }) => nextId !== null);
  return { machines, nextId: isMore ? lastId : null };
}

/** As the databases order them: by bytes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Looks again and again until the check gives something true; fails with what it saw last. */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadlineMs) {
    try {
      last = await check();
      if (last) return last as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(
    `${what}: not within ${timeoutMs} ms, last ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}

/** An exclusive lock on an ifrit root; the kernel drops it when the process ends in whatever way. */
export interface RootLock {
  release(): void;
}

/** Null when another process holds the root. */
export async function lockRoot(path: string): Promise<RootLock | null> {
  const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  if (await file.tryLock(true)) return { release: () => file.close() };
  file.close();
  return null;
}

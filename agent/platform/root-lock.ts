/** An exclusive lock on an ifrit root; the kernel drops it when the process ends in whatever way. */
export interface RootLock {
  release(): void;
}

/** Null when another process holds the root. */
export async function lockRoot(path: string): Promise<RootLock | null> {
  const file = await openLock(path);
  if (await file.tryLock(true)) return { release: () => file.close() };
  file.close();
  return null;
}

/** Read-only where it exists: the root may lie on a disk that has gone read-only. */
async function openLock(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  }
}

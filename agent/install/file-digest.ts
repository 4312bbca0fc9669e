/** Larger files are read in pieces; node:crypto, which can do that, comes into memory (4 MiB) only for them. */
const wholeBytesMax = 1024 * 1024;

export async function fileSha256(path: string): Promise<string> {
  if ((await Deno.stat(path)).size <= wholeBytesMax) {
    const bytes = await Deno.readFile(path);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  using file = await Deno.open(path, { read: true });
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(256 * 1024);
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, read));
  }
}

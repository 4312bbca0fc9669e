import { packageLimits } from "@/lib/contract/package-manifest.ts";

export type ArchiveRefusal = "empty" | "tooLarge" | "notGzip";

/** What can be refused before a byte is sent; the server looks at everything again. */
export async function checkArchive(file: Blob): Promise<ArchiveRefusal | null> {
  if (file.size === 0) return "empty";
  if (file.size > packageLimits.archiveBytesMax) return "tooLarge";
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b ? null : "notGzip";
}

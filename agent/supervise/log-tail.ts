/** The last few hundred characters of a log, on one line; empty when there is none. */
export async function logTail(path: string, charactersMax = 300): Promise<string> {
  try {
    using file = await Deno.open(path, { read: true });
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - charactersMax * 4), Deno.SeekMode.Start);
    const buffer = new Uint8Array(charactersMax * 4);
    const read = (await file.read(buffer)) ?? 0;
    const text = new TextDecoder().decode(buffer.subarray(0, read));
    return text
      .replace(/\p{Cc}+/gu, " ")
      .trim()
      .slice(-charactersMax);
  } catch {
    return "";
  }
}

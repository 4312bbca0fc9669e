/** A body in chunks, from `start` on; null while it is not whole. Trailers are passed over. */
export function decodeChunked(bytes: Buffer, start: number): { bytes: Buffer; end: number } | null {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const text = bytes.toString("latin1", at, lineEnd).split(";")[0]!.trim();
    if (!/^[0-9a-f]{1,8}$/i.test(text)) throw new SyntaxError("a chunk has no length");
    const length = Number.parseInt(text, 16);
    const data = lineEnd + 2;
    if (length === 0) {
      const end = endOfTrailers(bytes, data);
      return end === null ? null : { bytes: Buffer.concat(parts), end };
    }
    if (bytes.length < data + length + 2) return null;
    parts.push(bytes.subarray(data, data + length));
    at = data + length + 2;
  }
}

function endOfTrailers(bytes: Buffer, from: number): number | null {
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    if (lineEnd === at) return lineEnd + 2;
    at = lineEnd + 2;
  }
}

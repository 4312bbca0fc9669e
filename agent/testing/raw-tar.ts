export interface RawEntry {
  name: string;
  type?: string;
  body?: string | Uint8Array;
  /** What the header claims, when it differs from the body. */
  size?: number | string;
  linkname?: string;
  mode?: string;
  prefix?: string;
  magic?: string;
  checksum?: string;
}

/** A tar archive as no honest tool would write it: every header field is what the test says. */
export function rawTar(entries: readonly RawEntry[], end = 1024): Uint8Array {
  const blocks = entries.flatMap((entry) => [header(entry), padded(bytesOf(entry.body ?? ""))]);
  return concat([...blocks, new Uint8Array(end)]);
}

function header(entry: RawEntry): Uint8Array {
  const block = new Uint8Array(512);
  const put = (offset: number, text: string) => block.set(new TextEncoder().encode(text), offset);
  const size = entry.size ?? bytesOf(entry.body ?? "").length;
  put(0, entry.name);
  put(100, entry.mode ?? "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, typeof size === "string" ? size : `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(156, entry.type ?? "0");
  put(157, entry.linkname ?? "");
  put(257, entry.magic ?? "ustar\0" + "00");
  put(345, entry.prefix ?? "");
  put(148, " ".repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, entry.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

export function paxBody(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = rest.length + 1;
      while (`${length}${rest}`.length !== length) length++;
      return `${length}${rest}`;
    })
    .join("");
}

function padded(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
  block.set(bytes);
  return block;
}

export function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

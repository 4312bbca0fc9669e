import type { Answer, AnswerHead } from "./answer.ts";
import { decodeChunked } from "./decode-chunked.ts";

const headEnd = Buffer.from("\r\n\r\n");
const headBytesMax = 64 * 1024;
const knownHeadsMax = 512;

/**
 * Cuts a connection's bytes into answers. A fleet's answers differ little within a second, so a head
 * is parsed once and found again by its text.
 */
export class AnswerParser {
  readonly #known = new Map<string, AnswerHead>();
  readonly #onAnswer: (answer: Answer) => void;
  #rest: Buffer | null = null;

  constructor(onAnswer: (answer: Answer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** @throws SyntaxError when the bytes are no HTTP/1.1 answers; the connection is of no use then. */
  push(chunk: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = null;
    while (bytes.length > 0) {
      const used = this.#takeAnswer(bytes);
      if (used === 0) {
        this.#rest = bytes;
        return;
      }
      bytes = bytes.subarray(used);
    }
  }

  /** Bytes of the first answer, or 0 while it is not whole. */
  #takeAnswer(bytes: Buffer): number {
    const end = bytes.indexOf(headEnd);
    if (end === -1) {
      if (bytes.length > headBytesMax) throw new SyntaxError("the head of an answer has no end");
      return 0;
    }
    const head = this.#headOf(bytes.toString("latin1", 0, end));
    const bodyStart = end + headEnd.length;
    if (head.status < 200) return bodyStart;
    const body = bodyOf(head, bytes, bodyStart);
    if (!body) return 0;
    this.#onAnswer({ ...head, body: body.bytes });
    return body.end;
  }

  #headOf(text: string): AnswerHead {
    const known = this.#known.get(text);
    if (known) return known;
    const head = parseHead(text);
    if (this.#known.size >= knownHeadsMax) this.#known.clear();
    this.#known.set(text, head);
    return head;
  }
}

type Body = { bytes: Buffer | null; end: number };

/** null: not whole yet. */
function bodyOf(head: AnswerHead, bytes: Buffer, start: number): Body | null {
  const { status, headers } = head;
  if (status === 304 || status === 204) return { bytes: null, end: start };
  if (headers["transfer-encoding"]?.toLowerCase() === "chunked") return decodeChunked(bytes, start);
  const length = Number(headers["content-length"] ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0)
    throw new SyntaxError("an answer does not say how long it is");
  const end = start + length;
  if (bytes.length < end) return null;
  // A copy: the chunk that it came in would be kept alive by it.
  return { bytes: length === 0 ? null : Buffer.from(bytes.subarray(start, end)), end };
}

function parseHead(text: string): AnswerHead {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(statusLine)?.[1] ?? Number.NaN);
  if (Number.isNaN(status))
    throw new SyntaxError(`this is no HTTP/1.1: ${statusLine.slice(0, 80)}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status, headers };
}

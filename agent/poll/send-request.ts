import { Problem } from "@contract/problem.ts";
import type { z } from "zod";
import { deadline } from "../platform/deadline.ts";
import { parseOrNull } from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";
import { MasterError } from "./master-error.ts";

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface AnswerLimits {
  timeoutMs: number;
  bytesMax: number;
}

const answerLimits: AnswerLimits = { timeoutMs: 30_000, bytesMax: 16 * 1024 * 1024 };

/** One request to the master, answered within a time and a size limit; redirects are not followed. */
export async function sendRequest(
  fetcher: typeof fetch,
  url: string,
  init: RequestInit = {},
  limits: AnswerLimits = answerLimits,
): Promise<Answer> {
  using late = deadline(limits.timeoutMs, init.signal);
  try {
    const response = await fetcher(url, { redirect: "manual", ...init, signal: late.signal });
    const bytes = await readLimited(response, limits.bytesMax);
    return { status: response.status, headers: response.headers, bytes };
  } catch (error) {
    if (error instanceof MasterError) throw error;
    throw new MasterError(
      "unreachable",
      `${new URL(url).origin} gave no answer: ${errorText(error)}`,
    );
  }
}

async function readLimited(response: Response, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesMax)
      throw new MasterError("malformed", `the answer is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The error that an answer outside 2xx and 304 means. */
export function refusalOf(answer: Answer): MasterError {
  const problem = parseOrNull(new TextDecoder().decode(answer.bytes), Problem);
  const detail = problem ? `${problem.code}: ${problem.detail}` : "no problem document";
  return new MasterError(
    "refused",
    `the master answered ${answer.status}, ${detail}`,
    answer.status,
    problem?.code ?? null,
    retryAfterMs(answer.headers),
  );
}

function retryAfterMs(headers: Headers): number | null {
  const value = headers.get("retry-after");
  return value !== null && /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : null;
}

export function parseAnswer<T>(answer: Answer, schema: z.ZodType<T>): T {
  const type = answer.headers.get("content-type") ?? "";
  const parsed = /^application\/([a-z.+-]+\+)?json\b/i.test(type)
    ? parseOrNull(new TextDecoder().decode(answer.bytes), schema)
    : null;
  if (parsed === null) {
    throw new MasterError(
      "malformed",
      `the answer (${type || "no type"}) does not fit the contract`,
      answer.status,
    );
  }
  return parsed;
}

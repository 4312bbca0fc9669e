import type { z } from "zod";
import { ProblemError } from "../platform/problem-error.ts";

/** Room for a plan that names thousands of machines. */
export const jsonBytesMax = 2 * 1024 * 1024;

/** @throws ProblemError invalid_request, with the place of each issue */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message: issue.message,
  }));
  const first = issues[0];
  throw new ProblemError(
    "invalid_request",
    `The request is not valid. ${first?.path ? `${first.path}: ` : ""}${first?.message ?? ""}`,
    { issues },
  );
}

/** @throws ProblemError unsupported_media_type, too_large, invalid_request */
export async function readJsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new ProblemError(
      "unsupported_media_type",
      "Send JSON, as content-type application/json.",
    );
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProblemError("invalid_request", "The body is not JSON.", { cause });
  }
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of streamBody(request)) {
    bytes += chunk.length;
    if (bytes > jsonBytesMax)
      throw new ProblemError("too_large", `The body is larger than ${jsonBytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The request's body, chunk by chunk; empty when it has none. */
export async function* streamBody(request: Request): AsyncIterable<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Also when the consumer stops early: the rest of an oversized body is not read.
    await reader.cancel().catch(() => {});
  }
}

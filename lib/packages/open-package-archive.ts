import { stat } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import { Sha256 } from "../contract/names.ts";
import type { AgentAnswer } from "../platform/agent-answer.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { packagePath } from "./package-store.ts";
import { parseByteRange } from "./parse-byte-range.ts";

export type ArchiveRequest = {
  sha256: string;
  range: string | undefined;
  ifRange: string | undefined;
  ifNoneMatch: string | undefined;
};

const knownDigestsMax = 10_000;

/**
 * An archive's bytes, whole or one range of them. Only digests that MySQL knows are served; those
 * once known are remembered in `known`, since a package's bytes never change.
 * @throws ProblemError not_found · range_not_satisfiable
 */
export async function openPackageArchive(
  services: Services,
  known: Set<string>,
  request: ArchiveRequest,
): Promise<AgentAnswer> {
  const { sha256 } = request;
  if (!Sha256.safeParse(sha256).success || !(await isKnown(services, known, sha256)))
    throw unknown(sha256);
  const path = packagePath(services.env.IFRIT_DATA_DIR, sha256);
  const size = await sizeOf(path);
  if (size === null) {
    known.delete(sha256);
    services.log.error({ sha256 }, "a known package is missing from the store");
    throw unknown(sha256);
  }
  const etag = `"${sha256}"`;
  const headers = ["etag", etag, "accept-ranges", "bytes", "cache-control", "private, immutable"];
  if (request.ifNoneMatch === etag) return { status: 304, headers, body: null };
  headers.push("content-type", "application/gzip");
  const wanted = request.ifRange === undefined || request.ifRange === etag;
  const range = wanted ? parseByteRange(request.range, size) : null;
  if (range === "unsatisfiable") return unsatisfiable(size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  headers.push("content-length", String(end - start + 1));
  if (range) headers.push("content-range", `bytes ${start}-${end}/${size}`);
  return { status: range ? 206 : 200, headers, body: { path, start, end } };
}

/** 416 tells the size, so that a machine with too long a part file learns that (RFC 9110 §15.5.17). */
function unsatisfiable(size: number): AgentAnswer {
  const body = Buffer.from(
    JSON.stringify({
      type: "urn:ifrit:problem:range_not_satisfiable",
      code: "range_not_satisfiable",
      status: 416,
      detail: `The archive has ${size} bytes.`,
    }),
  );
  return {
    status: 416,
    headers: [
      ...["content-type", "application/problem+json", "cache-control", "no-store"],
      ...["content-range", `bytes */${size}`, "content-length", String(body.length)],
    ],
    body,
  };
}

function unknown(sha256: string): ProblemError {
  return new ProblemError("not_found", `There is no package ${sha256.slice(0, 64)} here.`);
}

async function isKnown(services: Services, known: Set<string>, sha256: string): Promise<boolean> {
  if (known.has(sha256)) return true;
  const [row] = await services.db
    .select({ id: packages.id })
    .from(packages)
    .where(eq(packages.sha256, sha256))
    .limit(1);
  if (!row) return false;
  if (known.size >= knownDigestsMax) known.clear();
  known.add(sha256);
  return true;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

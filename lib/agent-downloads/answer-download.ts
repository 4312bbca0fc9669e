import { installerNames } from "../contract/agent-index.ts";
import { downloadPaths } from "../contract/agent-installation.ts";
import { parseByteRange } from "../packages/parse-byte-range.ts";
import { type AgentAnswer, fixedProblem, jsonAnswer } from "../platform/agent-answer.ts";
import type { DownloadFolder, OfferedFile } from "./download-folder.ts";

export type DownloadRequest = {
  method: string;
  /** Without the query. */
  path: string;
  header: (name: string) => string | undefined;
};

const nothingHere = fixedProblem(
  "not_found",
  "There is no such file of ifrit-agent here. Whoever runs this server makes them with npm run agent:build -- --target all; an installer that is older than the archives has to be taken again.",
);
const wrongMethod = fixedProblem("method_not_allowed", "Only GET and HEAD.");

/**
 * Installers, archives and their index: public, because a machine that has no ifrit-agent yet has no
 * secret either, and because what counts is their digest, not where they came from.
 */
export async function answerDownload(
  downloads: DownloadFolder,
  rootFingerprint: () => Promise<string | null>,
  request: DownloadRequest,
): Promise<AgentAnswer> {
  if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod;
  const answer = await answerGet(downloads, rootFingerprint, request);
  return request.method === "HEAD" ? { ...answer, body: null } : answer;
}

async function answerGet(
  downloads: DownloadFolder,
  rootFingerprint: () => Promise<string | null>,
  request: DownloadRequest,
): Promise<AgentAnswer> {
  if (request.path === downloadPaths.index) {
    const index = await downloads.index();
    return index
      ? jsonAnswer(200, { ...index, rootFingerprint: await rootFingerprint() })
      : nothingHere;
  }
  const installer = installerNames.find((name) => request.path === downloadPaths.installer(name));
  if (installer) {
    const file = await downloads.installer(installer);
    // People look at it in a browser first, and caches ask each time: it changes with each build.
    return file ? fileAnswer(file, request, "text/plain; charset=utf-8", "no-cache") : nothingHere;
  }
  const [, platform, sha256] =
    /^\/install\/agents\/([a-z0-9-]+)\/([0-9a-f]{64})$/.exec(request.path) ?? [];
  const file = platform && sha256 ? await downloads.archive(platform, sha256) : null;
  const forever = "public, max-age=31536000, immutable";
  return file ? fileAnswer(file, request, "application/gzip", forever) : nothingHere;
}

function fileAnswer(
  { path, sha256, sizeBytes }: OfferedFile,
  { header }: DownloadRequest,
  type: string,
  caching: string,
): AgentAnswer {
  const etag = `"${sha256}"`;
  const headers = ["etag", etag, "accept-ranges", "bytes", "cache-control", caching];
  headers.push("x-content-type-options", "nosniff");
  if (header("if-none-match") === etag) return { status: 304, headers, body: null };
  const ifRange = header("if-range");
  const range =
    ifRange === undefined || ifRange === etag ? parseByteRange(header("range"), sizeBytes) : null;
  if (range === "unsatisfiable")
    return {
      status: 416,
      headers: [...headers, "content-range", `bytes */${sizeBytes}`, "content-length", "0"],
      body: null,
    };
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  headers.push("content-type", type, "content-length", String(end - start + 1));
  if (range) headers.push("content-range", `bytes ${start}-${end}/${sizeBytes}`);
  return { status: range ? 206 : 200, headers, body: { path, start, end } };
}

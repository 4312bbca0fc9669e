import type { PackageRef } from "@contract/desired-state.ts";
import { agentPaths } from "@contract/headers.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { deadline } from "../platform/deadline.ts";
import {
  ignoreNotFound,
  isDiskError,
  isNotFound,
  readTextOrNull,
  syncDir,
  writeAll,
} from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";
import { backoffMs } from "../poll/backoff.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { requireSpace } from "./disk-space.ts";
import { fetchPackage } from "./fetch-package.ts";
import { fileSha256 } from "./file-digest.ts";

export interface DownloadLimits {
  attempts: number;
  /** No byte for so long: the connection counts as dead. */
  stallMs: number;
  /** Slower than this on the whole: given up, and resumed later. */
  bytesPerSecondMin: number;
  graceMs: number;
}

const defaultLimits: DownloadLimits = {
  attempts: 6,
  stallMs: 30_000,
  bytesPerSecondMin: 16 * 1024,
  graceMs: 120_000,
};

/** Brings the archive into the cache folder, byte-exact; what came before an interruption is kept and gone on from. */
export async function downloadPackage(
  ctx: AgentContext,
  given: {
    session: MasterSession;
    cache: string;
    ref: PackageRef;
    onProgress(percent: number): void;
    signal: AbortSignal;
    limits?: Partial<DownloadLimits>;
  },
): Promise<string> {
  const { ref, cache } = given;
  const final = `${cache}/${ref.sha256}.tar.gz`;
  if (await isWhole(final, ref)) return final;
  await Deno.mkdir(cache, { recursive: true, mode: 0o700 });
  const part = `${cache}/${ref.sha256}.part`;
  await ctx.downloadPace.begin(given.signal);
  await fetchAll(ctx, { ...given, part, limits: { ...defaultLimits, ...given.limits } });
  if ((await fileSha256(part)) !== ref.sha256) {
    await discard(part);
    throw new ChangeError(
      "digest_mismatch",
      `the downloaded archive does not have the digest ${ref.sha256}`,
    );
  }
  ctx.failpoint("download:verified");
  await Deno.rename(part, final);
  await syncDir(cache);
  await Deno.remove(`${part}.etag`).catch(ignoreNotFound);
  ctx.failpoint("download:cached");
  return final;
}

export async function isWhole(
  path: string,
  ref: Pick<PackageRef, "size" | "sha256">,
): Promise<boolean> {
  return (await sizeOf(path)) === ref.size && (await fileSha256(path)) === ref.sha256;
}

interface FetchAll {
  session: MasterSession;
  ref: PackageRef;
  part: string;
  onProgress(percent: number): void;
  signal: AbortSignal;
  limits: DownloadLimits;
}

async function fetchAll(ctx: AgentContext, given: FetchAll): Promise<void> {
  const { ref, part, limits, signal } = given;
  const deadlineMs =
    ctx.clock.monotonicMs() +
    limits.graceMs +
    (ref.size / ctx.downloadPace.slowest(limits.bytesPerSecondMin)) * 1000;
  await requireSpace(
    part.slice(0, part.lastIndexOf("/")),
    Math.max(0, ref.size - (await sizeOf(part))),
  );
  for (let failures = 0; (await sizeOf(part)) !== ref.size; ) {
    signal.throwIfAborted();
    const before = await sizeOf(part);
    try {
      await fetchRest(ctx, given, deadlineMs);
    } catch (error) {
      if (error instanceof ChangeError || isDiskError(error)) throw error;
      if (ctx.clock.monotonicMs() >= deadlineMs)
        throw new ChangeError("download_failed", "the download is too slow");
      // Any progress starts the count anew: a bad link may cut a large archive many times.
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (failures >= limits.attempts) throw new ChangeError("download_failed", errorText(error));
      await ctx.clock.sleep(
        backoffMs(failures, { baseMs: 500, capMs: 15_000 }, ctx.random),
        signal,
      );
    }
  }
}

async function fetchRest(ctx: AgentContext, given: FetchAll, deadlineMs: number): Promise<void> {
  const { session, ref, part, limits } = given;
  if ((await sizeOf(part)) > ref.size) await discard(part);
  const etag = await readTextOrNull(`${part}.etag`);
  const leftMs = Math.max(0, deadlineMs - ctx.clock.monotonicMs());
  using late = deadline(limits.stallMs + leftMs, given.signal);
  const response = await fetchPackage(ctx.fetcher, session, `${agentPaths.packages}${ref.sha256}`, {
    offset: await sizeOf(part),
    etag,
    signal: late.signal,
  });
  if (response.restart) await discard(part);
  if (response.body === null) return;
  if (response.etag !== null) await Deno.writeTextFile(`${part}.etag`, response.etag);
  using file = await Deno.open(part, { append: true, create: true, mode: 0o600 });
  let have = await sizeOf(part);
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await withTimeout(
        reader.read(),
        limits.stallMs,
        "no byte came for a while",
      );
      if (done) break;
      have += value.length;
      if (have > ref.size) throw await tooLong(part, ref);
      await writeAll(file, value);
      await ctx.downloadPace.took(value.length, given.signal);
      given.signal.throwIfAborted();
      given.onProgress(Math.floor((have / ref.size) * 1000) / 10);
      if (ctx.clock.monotonicMs() >= deadlineMs) throw new Error("the download is too slow");
    }
    await file.sync();
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function tooLong(part: string, ref: PackageRef): Promise<ChangeError> {
  await discard(part);
  return new ChangeError(
    "digest_mismatch",
    `the archive is longer than the ${ref.size} bytes announced`,
  );
}

function withTimeout<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}

async function discard(part: string): Promise<void> {
  await Deno.remove(part).catch(ignoreNotFound);
  await Deno.remove(`${part}.etag`).catch(ignoreNotFound);
}

import type { PackageRef } from "@contract/desired-state.ts";
import { manifestEntryName } from "@contract/package-manifest.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { cleanUp } from "../install/clean-up.ts";
import { readCurrent } from "../install/current-link.ts";
import { fileSha256 } from "../install/file-digest.ts";
import { readManifest } from "../install/read-manifest.ts";
import { findDrift } from "../integrity/check-version.ts";
import { readRecord, VersionOrigin } from "../plan/agent-record.ts";
import { agentsOnDisk } from "../plan/read-actual.ts";
import { readJson, writeDurably } from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";
import { backoffMs } from "../poll/backoff.ts";
import { desiredAgent, type KnownDesired } from "../poll/desired-store.ts";
import { MasterError } from "../poll/master-error.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { payloadDir } from "../supervise/run-environment.ts";
import { fetchSignature } from "./fetch-statements.ts";
import type { Trust } from "./trust.ts";

/** So long a master may be away before a signature counts as not to be had. */
const patienceMs = 60_000;

function isPassing({ kind, status }: MasterError): boolean {
  return kind === "unreachable" || status === 429 || (status ?? 0) >= 500;
}

export interface WantedPackage {
  name: string;
  version: string;
  ref: PackageRef;
}

/** What release keys say of an archive. */
export type SignedPackage = { signature: string; manifestSha256: string };

export interface GateSurroundings {
  ctx: AgentContext;
  session: Pick<MasterSession, "request">;
  trust: Trust;
  /** The director's newest word is at hand, believed and on disk. */
  prove(): Promise<boolean>;
  desired(): KnownDesired | null;
}

/** Lets only what release keys have signed onto the machine, and into its running. */
export class ReleaseGate {
  constructor(private readonly around: GateSurroundings) {}

  /**
   * Before anything is downloaded. null: this machine checks no signatures; "notNow": nothing may
   * change at present. @throws TrustError · ChangeError
   */
  async beforeInstall(wanted: WantedPackage): Promise<SignedPackage | null | "notNow"> {
    if (!this.around.trust.on) return null;
    if (!(await this.around.prove())) return "notNow";
    return await this.#verified(wanted, await this.#signature(wanted.ref));
  }

  /**
   * Once more right before a version is switched to: keys may have been withdrawn since it was
   * unpacked, and a disk may have changed it. False: it is not wanted any more.
   * @throws TrustError · ChangeError
   */
  async beforeSwitch(name: string, version: string): Promise<boolean> {
    const { ctx, trust } = this.around;
    if (!trust.on) return true;
    const wanted = desiredAgent(this.around.desired(), name);
    const ref = wanted?.want === "present" ? wanted.packages[ctx.platform] : undefined;
    if (wanted?.want !== "present" || wanted.version !== version || ref === undefined) return false;
    const path = `${ctx.layout.agent(name).version(version)}/origin.json`;
    const origin = await readJson(path, VersionOrigin);
    if (origin === null) throw new ChangeError("io_error", `${path} cannot be read`);
    if (origin.sha256 !== ref.sha256 || origin.size !== ref.size)
      throw new TrustError("digest_mismatch", "what is unpacked came from another archive");
    const signed = await this.#stillSigned({ name, version, ref }, origin.signature);
    await this.#requireWhole(name, version, signed.manifestSha256);
    // It was unpacked before this machine began to check signatures, or is signed anew since.
    const { signature } = signed;
    if (signature !== origin.signature)
      await writeDurably(path, JSON.stringify({ ...origin, signature }));
    return true;
  }

  /** Raises the agent's floor to what its committed version asks for. Never fails for the disk's sake. */
  async afterCommit(name: string): Promise<void> {
    const { ctx, trust } = this.around;
    if (trust.root === null) return;
    try {
      const signature = await this.#committedSignature(name);
      if (signature !== null) await trust.commitRelease(name, signature);
    } catch (error) {
      // Kept in memory, written before the next change, and looked at again at the next start.
      ctx.log.warn("the floor of a release is not kept", { agent: name, error: errorText(error) });
    }
  }

  /** For commits that an ifrit-agent before us did not get past, and those of its guard. */
  async afterRestart(): Promise<void> {
    const { ctx, trust } = this.around;
    if (trust.root === null) return;
    for (const name of await agentsOnDisk(ctx)) await this.afterCommit(name);
  }

  async #committedSignature(name: string): Promise<string | null> {
    const layout = this.around.ctx.layout.agent(name);
    const { change } = await readRecord(layout);
    const version = await readCurrent(layout);
    if (change !== null || version === null) return null;
    const origin = await readJson(`${layout.version(version)}/origin.json`, VersionOrigin);
    return origin?.signature ?? null;
  }

  /** The signature that came along with the version, or the one that the master has by now. */
  async #stillSigned(wanted: WantedPackage, kept: string | undefined): Promise<SignedPackage> {
    if (kept !== undefined) {
      const signed = await this.#verified(wanted, kept).catch((error) => {
        if (error instanceof TrustError) return null;
        throw error;
      });
      if (signed !== null) return signed;
    }
    return await this.#verified(wanted, await this.#signature(wanted.ref));
  }

  async #verified(
    { name, version, ref }: WantedPackage,
    signature: string,
  ): Promise<SignedPackage> {
    const { sha256, size } = ref;
    const { platform } = this.around.ctx;
    const expected = { agent: name, version, platform, sha256, size };
    const { statement } = await this.around.trust.verifyRelease(signature, expected);
    return { signature, manifestSha256: statement.manifestSha256 };
  }

  /** A master that is away for a moment is no failure of the release: it is asked again, as for archives. */
  async #signature(ref: PackageRef): Promise<string> {
    const { ctx, session } = this.around;
    const deadlineMs = ctx.clock.monotonicMs() + patienceMs;
    for (let failures = 1; ; failures++) {
      try {
        return await fetchSignature(session, ref.sha256);
      } catch (error) {
        if (!(error instanceof MasterError)) throw error;
        const isLate = ctx.clock.monotonicMs() >= deadlineMs || ctx.stopSignal.aborted;
        if (isLate || !isPassing(error)) throw new ChangeError("download_failed", error.message);
      }
      const waitMs = backoffMs(failures, { baseMs: 1000, capMs: 8000 }, ctx.random);
      await ctx.clock.sleep(waitMs, ctx.stopSignal);
    }
  }

  /** Damaged files are taken away, so that the version is unpacked anew. */
  async #requireWhole(name: string, version: string, manifestSha256: string): Promise<void> {
    const { ctx } = this.around;
    const layout = ctx.layout.agent(name);
    const path = `${layout.version(version)}/${manifestEntryName}`;
    const asSigned = (await fileSha256(path).catch(() => null)) === manifestSha256;
    const manifest = asSigned ? await readManifest(layout, version) : null;
    const drifted =
      manifest && (await findDrift(payloadDir(ctx, name, version), manifest, new Map()));
    if (drifted?.length === 0) return;
    const wrong = drifted?.[0] ?? manifestEntryName;
    await cleanUp(ctx, name, [version]);
    throw new TrustError(
      "digest_mismatch",
      `${wrong} of the unpacked version is not as signed; the version is unpacked anew`,
    );
  }
}

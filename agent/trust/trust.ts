import type { DocumentStatement, FreshnessStatement } from "@contract/director-statement.ts";
import { payloadTypes } from "@contract/dsse.ts";
import type { MachineType } from "@contract/machine-type.ts";
import { ReleaseStatement } from "@contract/release-statement.ts";
import type { TrustedRoot } from "@contract/trust-root.ts";
import { type MasterTime, type TrustClock, trustNowMs } from "@contract/verify-clock.ts";
import {
  type DirectedMachine,
  isFresh,
  verifyAnchor,
  verifyDirector,
  verifyFreshness,
} from "@contract/verify-director.ts";
import { parseStatement } from "@contract/verify-encoding.ts";
import { verifyEnvelope } from "@contract/verify-envelope.ts";
import type { TrustFloors } from "@contract/verify-floors.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import {
  type ExpectedRelease,
  type VerifiedRelease,
  verifyRelease,
} from "@contract/verify-release.ts";
import { requireCurrentRoot, verifyNextRoot } from "@contract/verify-root-chain.ts";
import type { AgentContext } from "../context.ts";
import type { AgentConfig } from "../identity/config.ts";
import { errorText } from "../platform/log.ts";
import { FloorKeeper } from "./floor-keeper.ts";
import { type FoundRoot, readRoot, type TrustedStart, writeRoot } from "./kept-root.ts";
import { problemOf, problemText, type TrustProblem, unsigned } from "./trust-problem.ts";

/*
 * INVARIANTS
 * - once a machine has a root, nothing but a person makes it believe unsigned words again: files that
 *   are damaged or lost end all changes, and no agent
 * - root and floors are on disk before anything is done that they allowed. The root goes first: floors
 *   name the keys that they came from, so that those of an older root are recognised at the next start
 * - nothing is verified that is byte for byte what was verified last, but its age is always judged
 */

/** storage: what is kept here itself is damaged or lost. In the order of what has to be mended first. */
const subjects = ["storage", "root", "anchor", "freshness", "document"] as const;
type Subject = (typeof subjects)[number];

type Anchor = { text: string | undefined; counter: number; monotonicMs: number };

type TrustSurroundings = Pick<AgentContext, "layout" | "clock" | "log" | "failpoint">;

/** Whom this machine believes, what it has seen of them, and why nothing may change, if that is so. */
export class Trust {
  #on = false;
  #kept: TrustedStart | null = null;
  readonly #floors: FloorKeeper;
  #time: MasterTime | null = null;
  #slot: number | null = null;
  /** An answer that was refused: another root may accept it. */
  #refusedAnchor: Anchor | null = null;
  #news: { text: string; statement: FreshnessStatement } | null = null;
  #proven: DocumentStatement | null = null;
  readonly #problems = new Map<Subject, TrustProblem>();
  readonly #machine: { machineId: string; machineType: MachineType };
  #clusterId: string | null;

  private constructor(
    private readonly around: TrustSurroundings,
    config: Pick<AgentConfig, "machineId" | "machineType" | "clusterId">,
  ) {
    this.#floors = new FloorKeeper(around);
    this.#machine = { machineId: config.machineId, machineType: config.machineType };
    this.#clusterId = config.clusterId;
  }

  /** Reads what is kept; whatever is wrong with it, ifrit-agent goes on. */
  static async open(around: TrustSurroundings, config: AgentConfig): Promise<Trust> {
    const trust = new Trust(around, config);
    await trust.#open(config.trust?.rootFingerprint);
    return trust;
  }

  async #open(pinned: string | undefined): Promise<void> {
    const { layout } = this.around;
    const found = await readRoot(layout, true);
    this.#on = found.state !== "missing" || pinned !== undefined;
    if (!this.#on) return;
    const floors = await this.#floors.open();
    const wrong = rootFault(found, pinned);
    if (wrong === null && found.state === "whole") this.#kept = found;
    if (wrong !== null) this.#note("storage", wrong);
    else if (floors !== "whole")
      this.#note("storage", lost(`state/floors.json is ${floors}, and so is its backup`));
    else
      await this.#useRoot().catch((error) =>
        this.around.log.warn("floors cannot be kept now", { error: errorText(error) }),
      );
  }

  /** This machine checks signatures. */
  get on(): boolean {
    return this.#on;
  }

  get kept(): TrustedStart | null {
    return this.#kept;
  }

  get root(): TrustedRoot | null {
    return this.#kept?.root ?? null;
  }

  get freshnessSequence(): number {
    return this.#floors.known?.director.freshnessSequence ?? 0;
  }

  get freshness(): FreshnessStatement | null {
    return this.#news?.statement ?? null;
  }

  /** Why nothing may change; asked again at each moment, since what was new grows old. */
  problem(): TrustProblem | null {
    if (!this.#on) return null;
    const noted = subjects.map((key) => this.#problems.get(key)).find((one) => one !== undefined);
    return noted ?? this.#aged();
  }

  #aged(): TrustProblem | null {
    const clock = this.#clock();
    if (this.root === null || clock.time === null) return null;
    try {
      requireCurrentRoot(this.root, trustNowMs(clock));
      if (this.#news !== null) this.#requireFresh(this.#news.statement, clock);
      return null;
    } catch (error) {
      return problemOf("freshness", error as TrustError);
    }
  }

  #requireFresh(statement: FreshnessStatement, clock: TrustClock): void {
    if (clock.time === null || isFresh(statement, clock.time, clock.monotonicMs)) return;
    throw new TrustError("freeze", `freshness statement ${statement.sequence} is past its time`);
  }

  /** The answer to this machine's own token request: the master's time, and this machine's slot. */
  async takeAnchor(text: string | undefined, counter: number): Promise<void> {
    const { clock } = this.around;
    if (this.#on) await this.#judgeAnchor({ text, counter, monotonicMs: clock.monotonicMs() });
  }

  async #judgeAnchor(anchor: Anchor): Promise<void> {
    this.#refusedAnchor = anchor;
    await this.#judge("anchor", async () => {
      const { root, floors, machine } = this.#basis();
      const { text, counter, monotonicMs } = anchor;
      if (text === undefined)
        throw unsigned("the master answered the token request without its signed time");
      const question = { ...machine, counter };
      const verdict = await verifyAnchor(root, text, question, floors.director, monotonicMs);
      this.#time = verdict.time;
      this.#slot = verdict.statement.slot;
      this.#floors.raiseDirector(verdict.floor);
      this.#refusedAnchor = null;
    });
  }

  /** What each answer of the master carries. Nothing is verified that was verified before. */
  async takeNews(text: string | null): Promise<boolean> {
    return await this.#judge("freshness", async () => {
      const { root, floors, machine } = this.#basis();
      if (text === null) throw unsigned("the answer carries no freshness statement");
      const clock = this.#clock();
      if (this.#news?.text === text) return this.#requireFresh(this.#news.statement, clock);
      const { clusterId } = machine;
      const verdict = await verifyFreshness(root, text, clusterId, floors.director, clock);
      this.#news = { text, statement: verdict.statement };
      this.#time = verdict.time;
      this.#floors.raiseDirector(verdict.floor);
    });
  }

  /** Each root that follows on the one before is kept at once. Says how many did. */
  async takeRoots(texts: readonly string[]): Promise<number> {
    for (const [index, text] of texts.entries()) {
      const taken = await this.#judge("root", async () => {
        await this.#follow(await verifyNextRoot(this.#basis().root, text));
      });
      if (!taken) return index;
    }
    return texts.length;
  }

  /** The master offers nothing newer than what is trusted. */
  rootIsNewest(): void {
    this.#problems.delete("root");
  }

  async #follow(next: TrustedRoot): Promise<void> {
    const kept = { ...this.#kept!, root: next };
    await writeRoot(this.around.layout, kept);
    this.around.failpoint("trust:rootKept");
    this.#kept = kept;
    const { version } = next.document;
    this.around.log.info("another root document is trusted", { version });
    await this.#useRoot();
    if (this.#refusedAnchor !== null) await this.#judgeAnchor(this.#refusedAnchor);
  }

  /** Floors and statements under the root that is trusted now. */
  async #useRoot(): Promise<void> {
    this.#news = null;
    this.#proven = null;
    if (this.#clusterId !== null) await this.#floors.useRoot(this.root!, this.#clusterId);
  }

  /** The statement says that just these bytes are what this machine should run now. */
  async proveDocument(text: string, documentSha256: string): Promise<boolean> {
    return await this.#judge("document", () => this.#direct(text, documentSha256));
  }

  /** The same for a statement of before, where a no only means that a newer one has to be asked for. */
  async proveKept(text: string, documentSha256: string): Promise<boolean> {
    try {
      await this.#direct(text, documentSha256);
      this.#problems.delete("document");
      return true;
    } catch (error) {
      if (error instanceof TrustError) return false;
      throw error;
    }
  }

  async #direct(document: string, documentSha256: string): Promise<void> {
    const { root, floors, machine } = this.#basis();
    if (this.#news === null) throw unsigned("there is no freshness statement yet");
    const answer = { document, freshness: this.#news.text, documentSha256 };
    const verdict = await verifyDirector(root, answer, machine, floors.director, this.#clock());
    this.#proven = verdict.document;
    this.#time = verdict.time;
    this.#floors.raiseDirector(verdict.floor);
  }

  refuseDocument(error: TrustError): void {
    this.#note("document", problemOf("document", error));
  }

  /** The document is the one that the newest news speak of, and was proven under the present root. */
  isProven(documentSha256: string): boolean {
    const { sha256, sequence } = this.#proven ?? {};
    return sha256 === documentSha256 && sequence === this.#news?.statement.documentSequence;
  }

  /** @throws TrustError */
  async verifyRelease(text: string, expected: ExpectedRelease): Promise<VerifiedRelease> {
    const { root } = this.#basis();
    const floor = this.#floors.releaseFloor(expected.agent);
    return await verifyRelease(root, text, expected, floor, trustNowMs(this.#clock()));
  }

  /**
   * After a version was committed: from now on none goes back below what its release permits. Whether
   * the release has expired meanwhile does not matter to that.
   */
  async commitRelease(agent: string, signature: string): Promise<void> {
    const { payload } = await verifyEnvelope(
      ...([signature, payloadTypes.release, this.#basis().root.release] as const),
    );
    const statement = parseStatement("release statement", ReleaseStatement, payload);
    if (statement.agent !== agent) return;
    await this.#floors.raiseRelease(agent, statement.rollbackTo ?? statement.sequence);
  }

  keepFloors(): Promise<void> {
    return this.#floors.keep();
  }

  /** A first root, or another than before because a person says so. */
  async begin(start: TrustedStart, clusterId: string): Promise<void> {
    this.#on = true;
    await this.#floors.begin(start.root, clusterId);
    await writeRoot(this.around.layout, start);
    this.around.failpoint("trust:rootKept");
    this.#kept = start;
    await this.joined(clusterId);
  }

  /** The machine was taken into the cluster: a person has enrolled it, so what was lost begins anew. */
  async joined(clusterId: string): Promise<void> {
    this.#clusterId = clusterId;
    if (this.root === null) return;
    await this.#floors.begin(this.root, clusterId);
    this.#problems.delete("storage");
    await this.#useRoot();
  }

  #clock(): TrustClock {
    const { clock } = this.around;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs(), time: this.#time };
  }

  /** @throws TrustError there is nothing to verify with */
  #basis(): { root: TrustedRoot; floors: TrustFloors; machine: DirectedMachine } {
    const { root } = this;
    const [floors, clusterId] = [this.#floors.known, this.#clusterId];
    if (root === null || floors === null || clusterId === null)
      throw unsigned("there is no root document");
    return { root, floors, machine: { ...this.#machine, clusterId, slot: this.#slot } };
  }

  /** True when what came is taken. A refusal is noted, and stands until something of its kind is taken. */
  async #judge(
    key: Exclude<Subject, "storage">,
    take: () => Promise<void> | void,
  ): Promise<boolean> {
    if (this.#problems.has("storage")) return false;
    try {
      await take();
      if (this.#problems.delete(key)) this.around.log.info("trust is whole again", { what: key });
      return true;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      this.#note(key, problemOf(key, error));
      return false;
    }
  }

  #note(key: Subject, problem: TrustProblem): void {
    const before = this.#problems.get(key);
    if (before?.refusal !== problem.refusal)
      this.around.log.error("nothing changes on this machine", { because: problemText(problem) });
    this.#problems.set(key, problem);
  }
}

function rootFault(found: FoundRoot, pinned: string | undefined): TrustProblem | null {
  if (found.state !== "whole")
    return lost(`state/root.json is ${found.state}, and so is its backup`);
  if (pinned === undefined || found.pinned === pinned) return null;
  return lost("no root document with the fingerprint in config.json has come yet");
}

function lost(message: string): TrustProblem {
  return { refusal: "malformed", what: "root", message };
}

import { TrustError } from "@contract/verify-refusal.ts";
import type { AgentContext } from "../context.ts";
import { isDiskError } from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";
import type { Trust } from "../trust/trust.ts";
import { type KnownDesired, writeKnownDesired } from "./desired-store.ts";

/** A document statement with the news that came along, or why there is none. */
export interface StatementAnswer {
  text: string;
  /** The document that it is for. */
  etag: string | null;
  freshness: string | null;
}

export type Settled = "settled" | "refused" | "changedMeanwhile";

/**
 * The desired state that this machine goes by. On a machine that checks signatures a document counts
 * only once its statement is proven; until then it waits here, and the one before stays in force.
 * A disk that takes nothing keeps no document from counting, but every change until it is written.
 */
export class DesiredDocument {
  #offered: KnownDesired | null = null;
  #isUnwritten = false;

  constructor(
    private readonly around: Pick<AgentContext, "layout" | "log" | "failpoint">,
    private readonly trust: Trust,
    private readonly fetchStatement: () => Promise<StatementAnswer>,
    private known: KnownDesired | null,
  ) {}

  get current(): KnownDesired | null {
    return this.known;
  }

  /** What to ask with: the newest document that came, whether it counts or not. */
  get etag(): string | null {
    return (this.#offered ?? this.known)?.etag ?? null;
  }

  /** What a check-in brought; null: nothing new. */
  async offer(received: KnownDesired | null): Promise<void> {
    if (this.#isUnwritten) await this.#writeIfPossible(this.known!);
    if (received === null) return;
    if (this.trust.on) this.#offered = received;
    else await this.#keep(received);
  }

  /** `wanted`: something is to be changed, so a proof is needed even for the document of before. */
  async settle(wanted: boolean): Promise<Settled> {
    const document = this.#offered ?? (wanted ? this.known : null);
    if (document === null || !this.trust.on) return "settled";
    return await this.#prove(document);
  }

  /** Right before a change: is the document that is in force the newest word, and on disk? */
  async prove(): Promise<boolean> {
    if (this.#isUnwritten) await this.#write(this.known!);
    if (!this.trust.on) return true;
    if (this.known === null || this.#offered !== null) return false;
    if ((await this.#prove(this.known)) !== "settled" || this.trust.problem() !== null)
      return false;
    await this.trust.keepFloors();
    return true;
  }

  /** Two answers in a row that do not belong together are no accident. */
  refuseChanged(): void {
    this.trust.refuseDocument(
      new TrustError(
        "mix_and_match",
        "the statement is for another document than the one that came",
      ),
    );
  }

  async #prove(document: KnownDesired): Promise<Settled> {
    if (this.trust.isProven(document.sha256)) return "settled";
    if (this.trust.freshness === null) return "refused";
    // After a start, or under another root: the statement on disk may still be the newest one.
    if (
      document.statement !== null &&
      (await this.trust.proveKept(document.statement, document.sha256))
    )
      return "settled";
    const answer = await this.#ask();
    if (answer === null || !(await this.trust.takeNews(answer.freshness))) return "refused";
    if (answer.etag !== document.etag) return "changedMeanwhile";
    if (!(await this.trust.proveDocument(answer.text, document.sha256))) return "refused";
    await this.#keep({ ...document, statement: answer.text });
    // Before a change they are written again, and then they must be.
    await this.trust.keepFloors().catch(throwUnlessDisk);
    return "settled";
  }

  async #ask(): Promise<StatementAnswer | null> {
    try {
      return await this.fetchStatement();
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      this.trust.refuseDocument(error);
      return null;
    }
  }

  async #keep(document: KnownDesired): Promise<void> {
    await this.#writeIfPossible(document);
    const isNew = this.known?.sha256 !== document.sha256;
    this.known = document;
    this.#offered = null;
    if (isNew)
      this.around.log.info("desired state received", { agents: document.state.agents.length });
  }

  async #writeIfPossible(document: KnownDesired): Promise<void> {
    try {
      await this.#write(document);
    } catch (error) {
      throwUnlessDisk(error);
      const wasWritten = !this.#isUnwritten;
      this.#isUnwritten = true;
      if (wasWritten)
        this.around.log.warn("the desired state counts, but cannot be kept: nothing is changed", {
          error: errorText(error),
        });
    }
  }

  async #write(document: KnownDesired): Promise<void> {
    await writeKnownDesired(this.around.layout, document);
    this.#isUnwritten = false;
    this.around.failpoint("trust:documentKept");
  }
}

function throwUnlessDisk(error: unknown): void {
  if (!isDiskError(error)) throw error;
}

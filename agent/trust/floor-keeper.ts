import type { TrustedRoot } from "@contract/trust-root.ts";
import {
  type DirectorFloor,
  firstFloors,
  floorsUnderRoot,
  raiseReleaseFloor,
  releaseFloor,
  TrustFloors,
} from "@contract/verify-floors.ts";
import type { AgentContext } from "../context.ts";
import { readSealed, type Sealed, writeSealed } from "./sealed-file.ts";

/** state/floors.json: what this machine has seen, and takes nothing older than. */
export class FloorKeeper {
  #floors: TrustFloors | null = null;
  #onDisk = "";
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly around: Pick<AgentContext, "layout" | "failpoint">) {}

  async open(): Promise<Sealed<TrustFloors>["state"]> {
    const found = await readSealed(this.around.layout.trust.floors, TrustFloors, true);
    if (found.state === "whole") {
      this.#floors = found.value;
      this.#onDisk = JSON.stringify(found.value);
    }
    return found.state;
  }

  get known(): TrustFloors | null {
    return this.#floors;
  }

  /** Nothing was seen yet, or what was seen is lost and a person has enrolled the machine again. */
  async begin(root: TrustedRoot, clusterId: string): Promise<void> {
    this.#floors ??= firstFloors(root, clusterId);
    await this.keep();
  }

  async useRoot(root: TrustedRoot, clusterId: string): Promise<void> {
    if (this.#floors !== null) this.#floors = floorsUnderRoot(this.#floors, root, clusterId);
    await this.keep();
  }

  /** In memory, and never down: a second answer may have raised it while this one was verified. */
  raiseDirector(floor: DirectorFloor): void {
    if (this.#floors === null) return;
    const { director } = this.#floors;
    const newest = floor.documentSequence >= director.documentSequence ? floor : director;
    const freshnessSequence = Math.max(floor.freshnessSequence, director.freshnessSequence);
    this.#floors = { ...this.#floors, director: { ...newest, freshnessSequence } };
  }

  releaseFloor(agent: string): number {
    return this.#floors === null ? 0 : releaseFloor(this.#floors, agent);
  }

  async raiseRelease(agent: string, floorAfterCommit: number): Promise<void> {
    if (this.#floors === null || this.releaseFloor(agent) >= floorAfterCommit) return;
    this.#floors = raiseReleaseFloor(this.#floors, agent, floorAfterCommit);
    await this.keep();
  }

  /** Before anything is done that the floors allowed; at rest, sequences that rise cost no write. */
  keep(): Promise<void> {
    const kept = this.#writing.then(() => this.#write());
    this.#writing = kept.catch(() => {});
    return kept;
  }

  async #write(): Promise<void> {
    const text = JSON.stringify(this.#floors);
    if (this.#floors === null || text === this.#onDisk) return;
    await writeSealed(this.around.layout.trust.floors, this.#floors);
    this.#onDisk = text;
    this.around.failpoint("trust:floorsKept");
  }
}

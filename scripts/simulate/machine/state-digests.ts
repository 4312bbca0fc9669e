import { createHash } from "node:crypto";
import { stateDigestText } from "../../../lib/contract/report.ts";
import type { SimMachine } from "./sim-machine.ts";

const knownMax = 50_000;

/** Most machines are in the same few states, so a digest is computed once per text. */
export class StateDigests {
  readonly #known = new Map<string, string>();

  of(machine: SimMachine): string {
    if (machine.digestOf !== machine.agents) {
      machine.digestOf = machine.agents;
      machine.digest = this.#digest(stateDigestText(machine.agents.map((agent) => agent.state)));
    }
    return machine.digest;
  }

  #digest(text: string): string {
    const known = this.#known.get(text);
    if (known) return known;
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 32);
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.set(text, digest);
    return digest;
  }
}

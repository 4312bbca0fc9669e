import { createHash } from "node:crypto";
import { slotSetOf } from "@contract/director-statement.ts";
import { payloadTypes } from "@contract/dsse.ts";
import type { MachineType } from "@contract/machine-type.ts";
import { platforms } from "@contract/platform.ts";
import type { ReleaseStatement } from "@contract/release-statement.ts";
import type { BuiltPackage } from "./build-package.ts";
import {
  makeKeys,
  type RootKeys,
  type RootSettings,
  signEnvelope,
  signRoot,
} from "./signing-keys.ts";

export const testSlot = 7;

/** What a master signs for its machines, with real keys; every statement can be made otherwise. */
export class TestDirector {
  /** Oldest first. */
  readonly roots: string[] = [];
  lifetimeMs = 3_600_000;
  /** The master's clock against the machine's. */
  clockOffsetMs = 0;
  /** Statements are made for these; a hostile test changes them. */
  clusterId: string;
  slots: number[] | null = null;
  sequence = 1000;
  documentSequence = 0;
  #documentSha256 = "";
  #freshness = "";
  #releases = new Map<string, string>();

  private constructor(
    clusterId: string,
    public keys: RootKeys,
  ) {
    this.clusterId = clusterId;
  }

  static async create(
    clusterId: string,
    settings: Partial<RootSettings> = {},
  ): Promise<TestDirector> {
    const [root, release, director] = [await makeKeys(2), await makeKeys(2), await makeKeys(1)];
    const made = new TestDirector(clusterId, { root, release, director });
    made.roots.push(await signRoot(made.keys, { version: 1, ...settings }));
    return made;
  }

  get newestRoot(): string {
    return this.roots.at(-1)!;
  }

  /** The next root, signed by the keys before and after. */
  async rotate(change: Partial<RootKeys> = {}, settings: Partial<RootSettings> = {}) {
    const before = this.keys;
    this.keys = { ...before, ...change };
    const signers = [...new Set([...before.root, ...this.keys.root])];
    const version = this.roots.length + 1;
    this.roots.push(await signRoot(this.keys, { version, ...settings }, signers));
    this.#documentSha256 = "";
  }

  nowMs(): number {
    return Date.now() + this.clockOffsetMs;
  }

  async anchor(asked: { machineId: string; machineType: MachineType; counter: number }) {
    const { clusterId, sequence } = this;
    const issuedAtMs = this.nowMs();
    return await signEnvelope(
      payloadTypes.anchor,
      { schema: 1, clusterId, ...asked, slot: testSlot, freshnessSequence: sequence, issuedAtMs },
      this.keys.director,
    );
  }

  /** As at a rebuild: signed anew when the document is another one, or when it is asked for. */
  async freshnessFor(body: string): Promise<string> {
    const digest = sha256(body);
    if (digest !== this.#documentSha256) {
      this.documentSequence = ++this.sequence;
      this.#documentSha256 = digest;
      await this.renew();
    }
    return this.#freshness;
  }

  async renew(): Promise<void> {
    const { clusterId, documentSequence } = this;
    const issuedAtMs = this.nowMs();
    this.#freshness = await signEnvelope(
      payloadTypes.freshness,
      {
        ...{ schema: 1, clusterId, sequence: ++this.sequence, documentSequence, issuedAtMs },
        compositionSha256: "c".repeat(64),
        expiresAtMs: issuedAtMs + this.lifetimeMs,
      },
      this.keys.director,
    );
  }

  /** A new composition that changed nothing for this machine. */
  composeAnew(): void {
    this.#documentSha256 = "";
  }

  statement(body: string, machineType: MachineType, change: object = {}): Promise<string> {
    const slots = this.slots === null ? null : slotSetOf(this.slots);
    return signEnvelope(
      payloadTypes.document,
      {
        ...{ schema: 1, clusterId: this.clusterId, sequence: this.documentSequence },
        audience: { kind: "class", machineType, slots },
        sha256: sha256(body),
        ...change,
      },
      this.keys.director,
    );
  }

  /** Signed once, as on a build machine: permitting all that came before, unless told otherwise. */
  async sign(
    built: BuiltPackage,
    change: Partial<ReleaseStatement> = {},
    keys = this.keys.release,
  ): Promise<string> {
    const { name: agent, version } = built.manifest;
    const statement: ReleaseStatement = {
      ...{ schema: 1, agent, version, platforms: [...platforms], ...built.ref },
      manifestSha256: built.manifestSha256,
      sequence: this.#releases.size + 1,
      rollbackTo: 1,
      signedAtMs: this.nowMs(),
      ...change,
    };
    const text = await signEnvelope(payloadTypes.release, statement, keys);
    this.#releases.set(built.ref.sha256, text);
    return text;
  }

  signature(archiveSha256: string): string | null {
    return this.#releases.get(archiveSha256) ?? null;
  }

  setSignature(archiveSha256: string, text: string | null): void {
    if (text === null) this.#releases.delete(archiveSha256);
    else this.#releases.set(archiveSha256, text);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { createHash } from "node:crypto";
import type { DesiredAgent, DesiredState, PackageRef } from "../contract/desired-state.ts";
import { type MachineType, machineTypes } from "../contract/machine-type.ts";
import { type Platform, platforms } from "../contract/platform.ts";
import { groupBy, winnersBySlot } from "./reach.ts";
import { compareText, type DesiredEntry, resolveInto, type Winners } from "./resolve.ts";
import { slotCount, slotOf } from "./slot.ts";

/** The exact bytes that machines get, and the ETag that names them. */
export type DesiredDocument = { bytes: Buffer; etag: string };

/** Documents of one machine type. Class 0 is the default; slotClass says which one a slot gets. */
export type TypeComposition = { documents: DesiredDocument[]; slotClass: Uint16Array };

/** Everything that a cluster's machines may be told, ready to serve. */
export type Composition = {
  clusterId: string;
  types: Map<MachineType, TypeComposition>;
  /** Machines named by gray entries, each with its document by machine type. */
  gray: Map<string, Map<MachineType, DesiredDocument>>;
  /** sha256 over all of it: equal digests, equal compositions. */
  digest: string;
};

export type KnownPackage = {
  agentName: string;
  version: string;
  platform: Platform;
  sha256: string;
  sizeBytes: number;
};

type Packages = Map<string, Partial<Record<Platform, PackageRef>>>;

/**
 * Pure: the same entries and packages give the same bytes, in whatever order they come. Slots that
 * get the same document share a class, so a cluster has a handful of documents, not one per machine.
 */
export function composeDesiredState(
  clusterId: string,
  entries: readonly DesiredEntry[],
  knownPackages: readonly KnownPackage[],
): Composition {
  const refs = packagesByVersion(knownPackages);
  const texts: AgentTexts = new Map();
  const write = (winners: Winners) => writeDocument(clusterId, winners, refs, texts);
  const types = new Map<MachineType, TypeComposition>();
  const gray: Composition["gray"] = new Map();
  for (const type of machineTypes) {
    const own = entries.filter((entry) => entry.machineType === type);
    const reach = winnersBySlot(own);
    types.set(type, composeClasses(reach, write));
    for (const [machineId, named] of groupBy(own.filter(isGray), (entry) => entry.machineId)) {
      const slotWinners = reach.winnersOf(reach.signatureOf(slotOf(machineId)));
      const document = write(resolveInto(slotWinners, named));
      const byType = gray.get(machineId) ?? new Map<MachineType, DesiredDocument>();
      gray.set(machineId, byType.set(type, document));
    }
  }
  return { clusterId, types, gray, digest: digestOf(types, gray) };
}

/** The document of one machine; undefined only for a machine type that is not known. */
export function documentFor(
  composition: Composition,
  machine: { machineId: string; type: MachineType; slot: number },
): DesiredDocument | undefined {
  if (composition.gray.size > 0) {
    const named = composition.gray.get(machine.machineId)?.get(machine.type);
    if (named) return named;
  }
  const type = composition.types.get(machine.type);
  return type?.documents[type.slotClass[machine.slot] ?? 0];
}

function composeClasses(
  reach: ReturnType<typeof winnersBySlot>,
  write: (winners: Winners) => DesiredDocument,
): TypeComposition {
  const documents = [write(reach.winnersOf(""))];
  const classByEtag = new Map([[documents[0]!.etag, 0]]);
  const classBySignature = new Map([["", 0]]);
  const slotClass = new Uint16Array(slotCount);
  for (let slot = 0; slot < slotCount && reach.hasBatches; slot += 1) {
    const signature = reach.signatureOf(slot);
    let index = classBySignature.get(signature);
    if (index === undefined) {
      const document = write(reach.winnersOf(signature));
      index = classByEtag.get(document.etag) ?? documents.push(document) - 1;
      classByEtag.set(document.etag, index);
      classBySignature.set(signature, index);
    }
    slotClass[slot] = index;
  }
  return { documents, slotClass };
}

function isGray(entry: DesiredEntry): entry is DesiredEntry & { machineId: string } {
  return entry.scope === "gray" && entry.machineId !== null;
}

/** An entry reads the same in every document that it wins in, so its JSON is made once. */
type AgentTexts = Map<DesiredEntry, string>;

function writeDocument(
  clusterId: string,
  winners: Winners,
  refs: Packages,
  texts: AgentTexts,
): DesiredDocument {
  const agents = [...winners.values()]
    .sort((a, b) => compareText(a.agentName, b.agentName))
    .map((entry) => {
      const text = texts.get(entry) ?? JSON.stringify(desiredAgent(entry, refs));
      texts.set(entry, text);
      return text;
    });
  const around: Omit<DesiredState, "agents"> = { schema: 1, clusterId };
  const head = JSON.stringify(around).slice(0, -1);
  const bytes = Buffer.from(`${head},"agents":[${agents.join(",")}]}`);
  return { bytes, etag: etagOf(bytes) };
}

export function etagOf(bytes: Buffer): string {
  return `"${createHash("sha256").update(bytes).digest("hex")}"`;
}

function desiredAgent(entry: DesiredEntry, refs: Packages): DesiredAgent {
  const because = {
    name: entry.agentName,
    releaseId: entry.releaseId,
    releasedAtMs: entry.timestampMs,
    scope: entry.scope,
  };
  if (entry.version === null) return { want: "absent", ...because };
  const packages = refs.get(versionKey(entry.agentName, entry.version)) ?? {};
  return { want: "present", ...because, version: entry.version, packages };
}

const versionKey = (agentName: string, version: string) => `${agentName} ${version}`;

function packagesByVersion(known: readonly KnownPackage[]): Packages {
  const byVersion: Packages = new Map();
  for (const group of groupBy(known, (one) => versionKey(one.agentName, one.version)).values()) {
    const refs: Partial<Record<Platform, PackageRef>> = {};
    for (const platform of platforms) {
      const one = group.find((candidate) => candidate.platform === platform);
      if (one) refs[platform] = { sha256: one.sha256, size: one.sizeBytes };
    }
    byVersion.set(versionKey(group[0]!.agentName, group[0]!.version), refs);
  }
  return byVersion;
}

/** Names the whole composition: this is what a director signs as current. */
export function digestOf(types: Composition["types"], gray: Composition["gray"]): string {
  const hash = createHash("sha256");
  for (const [type, { documents, slotClass }] of types) {
    hash.update(`${type} ${documents.map((document) => document.etag).join(" ")}\n`);
    hash.update(new Uint8Array(slotClass.buffer, slotClass.byteOffset, slotClass.byteLength));
  }
  for (const machineId of [...gray.keys()].sort(compareText))
    for (const type of machineTypes) {
      const document = gray.get(machineId)?.get(type);
      if (document) hash.update(`${machineId} ${type} ${document.etag}\n`);
    }
  return hash.digest("hex");
}

import type { Redis } from "ioredis";
import { z } from "zod";
import { MachineType, machineTypes } from "../contract/machine-type.ts";
import { ClusterId, MachineId } from "../contract/names.ts";
import type { DroppedReason } from "../contract/trust-views.ts";
import {
  type Composition,
  type DesiredDocument,
  digestOf,
  etagOf,
} from "./compose-desired-state.ts";
import { redisKeys } from "./redis-layout.ts";
import { slotCount } from "./slot.ts";

/** Names the generation that counts. */
export const Pointer = z.object({
  generation: z.number().int().positive(),
  /** The cluster's desired revision that it was composed from. */
  revision: z.number().int().nonnegative(),
  /** Of the composition: equal digests, equal contents. */
  digest: z.string(),
  builtAtMs: z.number().int(),
  /** Types that a running release spreads over: their machines are asked to poll faster. */
  changingTypes: z.array(MachineType),
  /** The signed word that just this is current; null: nothing is signed here. */
  freshness: z.string().max(4_000).nullable().default(null),
});
export type Pointer = z.infer<typeof Pointer>;

const Etag = z.string();
const GenerationIndex = z.object({
  clusterId: ClusterId,
  digest: z.string(),
  types: z.record(MachineType, z.array(Etag).min(1)),
  gray: z.array(z.tuple([MachineId, z.array(z.tuple([MachineType, Etag])).min(1)])),
});
type GenerationIndex = z.infer<typeof GenerationIndex>;

/** Without a refresh by a rebuild, the keys of a generation outlive the longest outage that we plan for. */
const generationTtlSeconds = 14 * 86_400;
/** A generation that was replaced stays this long, for readers that are just loading it. */
const replacedTtlSeconds = 120;
const keysPerCommand = 500;

/** Nothing that a rebuild writes is longer; more is not even fetched. */
const pointerBytesMax = 16 * 1024;
const valueBytesMax = 32 * 1024 * 1024;
/** A generation cannot be further ahead than this of the last one that MySQL knows. */
export const generationsAheadMax = 100_000_000;

/**
 * What the cache holds is not what its name promises: another kind of value, other bytes, a part
 * missing, or nothing that the director has signed.
 */
export class CorruptGenerationError extends Error {
  override readonly name = "CorruptGenerationError";

  constructor(
    message: string,
    readonly reason: DroppedReason = "unreadable",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @throws CorruptGenerationError when the value is there but not a pointer */
export async function readPointer(redis: Redis, clusterId: string): Promise<Pointer | null> {
  const text = await redis
    .getrange(redisKeys.pointer(clusterId), 0, pointerBytesMax)
    .catch((error: Error) => corruptIfWrongType(error, "pointer"));
  if (text === "") return null;
  if (text.length > pointerBytesMax)
    throw new CorruptGenerationError("the pointer is too long", "tooLong");
  return parseJson(Pointer, text, "pointer");
}

export async function writeGeneration(
  redis: Redis,
  composition: Composition,
  generation: number,
): Promise<void> {
  const entries = [...keyedDocuments(composition, generation)];
  for (let start = 0; start < entries.length; start += keysPerCommand) {
    const pipeline = redis.pipeline();
    for (const [key, value] of entries.slice(start, start + keysPerCommand))
      pipeline.set(key, value, "EX", generationTtlSeconds);
    throwFirstError(await pipeline.exec());
  }
}

/** A value of another kind is dropped; a pointer never goes back to an older generation. */
const flipPointerScript = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then redis.call('DEL', KEYS[1]) end
local held = redis.call('GET', KEYS[1])
if held then
  local ok, value = pcall(cjson.decode, held)
  if ok and type(value) == 'table' and tonumber(value.generation)
    and tonumber(value.generation) > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/** The one step that makes a generation count. false: a newer one counts already. */
export async function flipPointer(
  redis: Redis,
  clusterId: string,
  pointer: Pointer,
): Promise<boolean> {
  const key = redisKeys.pointer(clusterId);
  const text = JSON.stringify(pointer);
  return (await redis.eval(flipPointerScript, 1, key, text, pointer.generation)) === 1;
}

/**
 * Loads a whole generation and checks every byte of it against its digests.
 * @throws CorruptGenerationError
 */
export async function readGeneration(
  redis: Redis,
  clusterId: string,
  pointer: Pointer,
): Promise<Composition> {
  const { generation } = pointer;
  const [indexBytes] = await readValues(redis, [redisKeys.index(clusterId, generation)]);
  const index = parseJson(GenerationIndex, indexBytes!.toString("utf8"), "index");
  if (index.digest !== pointer.digest || index.clusterId !== clusterId)
    throw new CorruptGenerationError(`index of generation ${generation} belongs to another one`);
  const types: Composition["types"] = new Map();
  for (const type of machineTypes) types.set(type, await readType(redis, index, generation, type));
  const gray = await readGray(redis, index, generation);
  // The index only claims it, and it is what the director has signed.
  if (digestOf(types, gray) !== index.digest)
    throw new CorruptGenerationError(`generation ${generation} is not what its digest names`);
  return { clusterId, types, gray, digest: index.digest };
}

/** Are all keys of the generation still there? Their life is prolonged on the way. */
export async function generationIsWhole(
  redis: Redis,
  composition: Composition,
  generation: number,
): Promise<boolean> {
  const keys = [...keyedDocuments(composition, generation)].map(([key]) => key);
  for (let start = 0; start < keys.length; start += keysPerCommand) {
    const pipeline = redis.pipeline();
    for (const key of keys.slice(start, start + keysPerCommand))
      pipeline.expire(key, generationTtlSeconds);
    const answers = await pipeline.exec();
    throwFirstError(answers);
    if (answers?.some(([, found]) => found !== 1)) return false;
  }
  return true;
}

/** Lets a replaced generation go, a little later. What cannot be read any more ends by its own time. */
export async function retireGeneration(
  redis: Redis,
  clusterId: string,
  generation: number,
): Promise<void> {
  const indexKey = redisKeys.index(clusterId, generation);
  const index = await readIndexToRetire(redis, indexKey);
  if (!index || index.clusterId !== clusterId) return;
  const keys = [indexKey, ...keysOfIndex(index, generation)];
  for (let start = 0; start < keys.length; start += keysPerCommand) {
    const pipeline = redis.pipeline();
    for (const key of keys.slice(start, start + keysPerCommand))
      pipeline.expire(key, replacedTtlSeconds);
    throwFirstError(await pipeline.exec());
  }
}

async function readIndexToRetire(redis: Redis, indexKey: string): Promise<GenerationIndex | null> {
  try {
    const [bytes] = await readValues(redis, [indexKey]);
    return parseJson(GenerationIndex, bytes!.toString("utf8"), "index");
  } catch (error) {
    if (error instanceof CorruptGenerationError) return null;
    throw error;
  }
}

function keysOfIndex({ clusterId, types, gray }: GenerationIndex, generation: number): string[] {
  const ofTypes = machineTypes.flatMap((type) => [
    redisKeys.slots(clusterId, generation, type),
    ...types[type].map((_, at) => redisKeys.document(clusterId, generation, type, at)),
  ]);
  const ofGray = gray.flatMap(([machineId, byType]) =>
    byType.map(([type], at) => grayKey(clusterId, generation, machineId, at, type)),
  );
  return [...ofTypes, ...ofGray];
}

function* keyedDocuments(
  composition: Composition,
  generation: number,
): Generator<[string, string | Buffer]> {
  const { clusterId, digest } = composition;
  const index: GenerationIndex = {
    clusterId,
    digest,
    types: {} as GenerationIndex["types"],
    gray: [],
  };
  for (const [type, { documents, slotClass }] of composition.types) {
    index.types[type] = documents.map((document) => document.etag);
    yield [redisKeys.slots(clusterId, generation, type), slotBytes(slotClass)];
    for (const [classIndex, document] of documents.entries())
      yield [redisKeys.document(clusterId, generation, type, classIndex), document.bytes];
  }
  for (const [machineId, byType] of composition.gray) {
    index.gray.push([machineId, [...byType].map(([type, document]) => [type, document.etag])]);
    for (const [position, [type, document]] of [...byType].entries())
      yield [grayKey(clusterId, generation, machineId, position, type), document.bytes];
  }
  yield [redisKeys.index(clusterId, generation), JSON.stringify(index)];
}

const grayKey = (
  clusterId: string,
  generation: number,
  machineId: string,
  position: number,
  type: MachineType,
) => redisKeys.gray(clusterId, generation, machineId, position === 0 ? undefined : type);

async function readType(
  redis: Redis,
  index: GenerationIndex,
  generation: number,
  type: MachineType,
) {
  const { clusterId } = index;
  const etags = index.types[type];
  const [slots, ...values] = await readValues(redis, [
    redisKeys.slots(clusterId, generation, type),
    ...etags.map((_, classIndex) => redisKeys.document(clusterId, generation, type, classIndex)),
  ]);
  const documents = values.map((bytes, classIndex) => checkDocument(bytes, etags[classIndex]!));
  return { documents, slotClass: readSlots(slots!, documents.length) };
}

async function readGray(redis: Redis, index: GenerationIndex, generation: number) {
  const wanted = index.gray.flatMap(([machineId, byType]) =>
    byType.map(([type, etag], position) => ({ machineId, type, etag, position })),
  );
  const values = await readValues(
    redis,
    wanted.map((one) =>
      grayKey(index.clusterId, generation, one.machineId, one.position, one.type),
    ),
  );
  const gray: Composition["gray"] = new Map();
  for (const [at, one] of wanted.entries()) {
    const byType = gray.get(one.machineId) ?? new Map<MachineType, DesiredDocument>();
    gray.set(one.machineId, byType.set(one.type, checkDocument(values[at]!, one.etag)));
  }
  return gray;
}

async function readValues(redis: Redis, keys: string[]): Promise<Buffer[]> {
  const values: Buffer[] = [];
  for (let start = 0; start < keys.length; start += keysPerCommand) {
    const pipeline = redis.pipeline();
    for (const key of keys.slice(start, start + keysPerCommand))
      pipeline.getrangeBuffer(key, 0, valueBytesMax);
    for (const [at, [error, value]] of ((await pipeline.exec()) ?? []).entries()) {
      if (error) corruptIfWrongType(error, keys[start + at]!);
      if (!Buffer.isBuffer(value) || value.length === 0)
        throw new CorruptGenerationError(`${keys[start + at]} is missing`);
      if (value.length > valueBytesMax)
        throw new CorruptGenerationError(`${keys[start + at]} is too long`, "tooLong");
      values.push(value);
    }
  }
  return values;
}

function checkDocument(bytes: Buffer, etag: string): DesiredDocument {
  if (etagOf(bytes) !== etag) throw new CorruptGenerationError(`a document is not ${etag}`);
  return { bytes, etag };
}

function readSlots(bytes: Buffer, documentCount: number): Uint16Array {
  if (bytes.byteLength !== slotCount * 2) throw new CorruptGenerationError("slots are cut");
  const slotClass = new Uint16Array(slotCount);
  for (let slot = 0; slot < slotCount; slot += 1) {
    slotClass[slot] = bytes.readUInt16LE(slot * 2);
    if (slotClass[slot]! >= documentCount)
      throw new CorruptGenerationError("a slot has no document");
  }
  return slotClass;
}

function slotBytes(slotClass: Uint16Array): Buffer {
  const bytes = Buffer.allocUnsafe(slotCount * 2);
  for (let slot = 0; slot < slotCount; slot += 1) bytes.writeUInt16LE(slotClass[slot]!, slot * 2);
  return bytes;
}

function parseJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CorruptGenerationError(`the ${what} cannot be read`, "unreadable", { cause });
  }
}

function corruptIfWrongType(error: Error, what: string): never {
  if (error.message.startsWith("WRONGTYPE"))
    throw new CorruptGenerationError(`${what} has another type`, "wrongType", { cause: error });
  throw error;
}

function throwFirstError(answers: [error: Error | null, result: unknown][] | null): void {
  for (const [error] of answers ?? []) if (error) throw error;
}

import xxhash from "xxhash-wasm";
import { slotCount } from "./slot.ts";

/**
 * Which batch a slot belongs to when a cluster is split into n batches.
 *
 * Each batch stands on the ring with many virtual nodes; a slot belongs to the next virtual node
 * clockwise, so going from n to n + 1 batches moves little more than 1/(n + 1) of the slots. With
 * 16,384 slots, chance alone would leave the largest of 50 batches 12 to 15 % over the mean, so a
 * batch that has its share and `overloadMax` more passes further slots on to the next clockwise
 * ("consistent hashing with bounded loads"): measured, that moves under 1 % of the slots.
 */
const virtualNodesPerBatch = 2_000;
const virtualNodesMax = 400_000;
const overloadMax = 0.08;
const memoMax = 128;

export const batchCountMax = 1_000;

const { h32 } = await xxhash();
const memo = new Map<string, Uint16Array>();

/** For each slot its batch, 1 … batchCount. Salted by a release, its order of batches differs. */
export function batchesOfSlots(batchCount: number, salt = ""): Uint16Array {
  if (!Number.isInteger(batchCount) || batchCount < 1 || batchCount > batchCountMax)
    throw new RangeError(`batchCount must be 1 … ${batchCountMax}, not ${batchCount}`);
  const key = `${batchCount} ${salt}`;
  const known = memo.get(key);
  if (known) return known;
  if (memo.size >= memoMax) memo.delete(memo.keys().next().value as string);
  const batches = assignSlots(batchCount, sortedNodes(batchCount, salt));
  memo.set(key, batches);
  return batches;
}

/** Position (32 bits) and batch of every virtual node in one number each, clockwise. */
function sortedNodes(batchCount: number, salt: string): Float64Array {
  const perBatch = Math.min(virtualNodesPerBatch, Math.ceil(virtualNodesMax / batchCount));
  const nodes = new Float64Array(batchCount * perBatch);
  let index = 0;
  for (let batch = 1; batch <= batchCount; batch += 1)
    for (let node = 0; node < perBatch; node += 1)
      nodes[index++] = h32(`${salt}/${batch}/${node}`) * 65_536 + batch;
  return nodes.sort();
}

function assignSlots(batchCount: number, nodes: Float64Array): Uint16Array {
  const capacity = Math.ceil((slotCount / batchCount) * (1 + overloadMax));
  const batches = new Uint16Array(slotCount);
  const load = new Uint32Array(batchCount + 1);
  let next = 0;
  for (let slot = 0; slot < slotCount; slot += 1) {
    const position = slot * (2 ** 32 / slotCount) * 65_536;
    while (next < nodes.length && nodes[next]! < position) next += 1;
    let probe = next;
    let batch = nodes[probe % nodes.length]! % 65_536;
    while (load[batch]! >= capacity) {
      probe += 1;
      batch = nodes[probe % nodes.length]! % 65_536;
    }
    batches[slot] = batch;
    load[batch]! += 1;
  }
  return batches;
}

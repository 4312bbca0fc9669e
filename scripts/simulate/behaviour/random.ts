/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * A number in [0, 1) that depends on its keys only: what befalls a machine is the same in every run
 * with the same seed, whatever the order of events.
 */
export function draw(seed: number, machine: number, topic: string): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(machine + 1, 0xc2b2ae35);
  for (let index = 0; index < topic.length; index += 1)
    hash = Math.imul(hash ^ topic.charCodeAt(index), 0x01000193);
  return mix(hash) / 4294967296;
}

/** A stream of numbers (mulberry32). */
export function randomStream(seed: number): Random {
  let state = mix(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal, from two draws. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Exponential with the given mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}

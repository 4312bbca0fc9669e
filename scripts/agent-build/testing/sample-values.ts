import type { z } from "zod";

/*
 * Values for a schema of zod's: some that fit, and what becomes of them when one thing is changed. All
 * are what JSON can hold.
 */

export type Random = () => number;
type Def = z.core.$ZodTypes["_zod"]["def"];

const texts = [
  ...["", "a", "abc", "a-b", "-a", "a--b", "A.B", "1.2.3", "../x", "x/y", "x//y", "a\\b", "a:b"],
  ...["root", "_x-1", "022", "0644", "0999", "HOME", "A B", "linux-x64", "1", "-1", "1e3", "true"],
  ...[
    "A".repeat(43),
    "0".repeat(16),
    "0".repeat(32),
    "B".repeat(86),
    "f".repeat(64),
    "F".repeat(64),
    "f".repeat(63),
    `${"A".repeat(43)}=`,
    "A".repeat(44),
    "AAAA",
  ],
  ...[
    "http://h",
    "https://h:8443/x?y",
    "http:h",
    " http://h/\n",
    "http://h\n/x",
    "ftp://h",
    "HTTP://H",
  ],
  ...["x".repeat(254), "x".repeat(300), "y".repeat(500), "z".repeat(9000), "A".repeat(2732)],
  ...["__proto__", "constructor", "toString", "\u0000", "ü", "🙂", "\ud800"],
  JSON.stringify({ schema: 1, clusterId: "c", agents: [] }),
];
const numbers = [
  ...[-1, -0.5, 0, 0.5, 1, 2, 3, 7, 10, 16, 60, 100, 300, 600, 3600, 12_800, 65_535, 65_536],
  ...[1_048_576, 1e9, 1_000_000_001, 2 ** 48, 2 ** 48 + 1, 2 ** 53 - 1, 2 ** 53, 8.64e15, 1e300],
];
const junk = () => [null, true, false, 0, -1, 1.5, "", "abc", [], {}, [1], ["a"], { a: 1 }];

export function sampleOf(schema: z.core.$ZodType, random: Random): unknown {
  for (let tries = 0; ; tries += 1) {
    const value = candidate(schema, random);
    if (tries === 20 || (schema as z.ZodType).safeParse(value).success) return value;
  }
}

function candidate(schema: z.core.$ZodType, random: Random): unknown {
  const def = schema._zod.def as Def;
  const again = (inner: z.core.$ZodType) => sampleOf(inner, random);
  const several = () => Array.from({ length: Math.floor(random() * 3) });
  switch (def.type) {
    case "string":
      return pick(fitting(schema, texts), random);
    case "number":
      return pick(fitting(schema, numbers), random);
    case "boolean":
      return random() < 0.5;
    case "literal":
      return pick(def.values, random);
    case "enum":
      return pick(Object.values(def.entries), random);
    case "object":
      return Object.fromEntries(
        Object.entries(def.shape)
          .map(([key, field]) => [key, again(field)])
          .filter(([, value]) => value !== undefined),
      );
    case "record":
      return Object.fromEntries(several().map(() => [again(def.keyType), again(def.valueType)]));
    case "array":
      return Array.from({ length: lengthFor(schema, random) }, () => again(def.element));
    case "optional":
    case "default":
      return random() < 0.5 ? undefined : again(def.innerType);
    case "nullable":
      return random() < 0.3 ? null : again(def.innerType);
    case "union":
      return again(pick(def.options, random));
    case "pipe":
      return again(def.in);
    default:
      throw new Error(`no sample is known for ${def.type}`);
  }
}

/** Mostly short, now and then just as many as may be. */
function lengthFor(schema: z.core.$ZodType, random: Random): number {
  const limits = (schema._zod.def.checks ?? []).map(({ _zod }) => _zod.def as { maximum?: number });
  const most = Math.min(...limits.map(({ maximum = Infinity }) => maximum));
  return most <= 64 && random() < 0.1 ? most : Math.floor(random() * 5);
}

/** In one place, anywhere in it, something else stands, is missing or is there in addition. */
export function changed(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random() < 0.15)
    return pick([...junk(), ...texts, ...numbers], random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.1) return [...value, pick(junk(), random)];
    if (random() < 0.1) return [...value, value[0]];
    const at = Math.floor(random() * value.length);
    return value.map((item, index) => (index === at ? changed(item, random) : item));
  }
  const entries = Object.entries(value);
  const at = Math.floor(random() * entries.length);
  const others = entries.filter((_, index) => index !== at);
  const kind = random();
  if (kind < 0.2) return fromEntries(others);
  const strange = pick(["extra", "__proto__", "constructor", "toString", "Extra key"], random);
  if (kind < 0.4 || entries.length === 0)
    return fromEntries([...entries, [strange, pick(junk(), random)]]);
  return fromEntries(
    entries.map(([key, item], index) => [key, index === at ? changed(item, random) : item]),
  );
}

/** As JSON.parse does it: `__proto__` is a property like any other. */
function fromEntries(entries: [string, unknown][]): object {
  const result = {};
  for (const [key, value] of entries)
    Object.defineProperty(result, key, {
      ...{ value, enumerable: true, configurable: true, writable: true },
    });
  return result;
}

const known = new WeakMap<z.core.$ZodType, readonly unknown[]>();

function fitting(schema: z.core.$ZodType, values: readonly unknown[]): readonly unknown[] {
  const fits =
    known.get(schema) ?? values.filter((value) => (schema as z.ZodType).safeParse(value).success);
  known.set(schema, fits);
  return fits.length === 0 ? values : fits;
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)]!;
}

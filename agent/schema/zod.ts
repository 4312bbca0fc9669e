import { Refusal, Schema } from "./schema.ts";

/*
 * Stands in for zod in the bundle (scripts/agent-build/bundle-agent.ts): all of zod that ifrit-agent's
 * schemas use. docs/decisions/small-schemas-in-the-agent.md says why; a test holds it against zod.
 */

type Shape = Record<string, Schema>;
type JsonObject = Record<string, unknown>;

function expecting(what: string, accepts: (value: unknown) => boolean): Schema {
  return new Schema((input) =>
    accepts(input) ? input : new Refusal(`expected ${what}, received ${kindOf(input)}`),
  );
}

export function string(): Schema {
  return expecting("string", (input) => typeof input === "string");
}

export function number(): Schema {
  return expecting("number", Number.isFinite);
}

export function boolean(): Schema {
  return expecting("boolean", (input) => typeof input === "boolean");
}

export function literal(wanted: unknown): Schema {
  return oneOf(Array.isArray(wanted) ? wanted : [wanted]);
}

function oneOf(wanted: readonly unknown[]): Schema {
  const message = () => `expected ${wanted.map((one) => JSON.stringify(one)).join(" or ")}`;
  return new Schema((input) => (wanted.includes(input) ? input : new Refusal(message())));
}

/** As zod's: blanks around it do not count, and `http:name` is no web address although URL takes it for one. */
export function url({ protocol }: { protocol: RegExp }): Schema {
  const web = protocol.source === "^https?$";
  return string().transform((text: string, { addIssue }) => {
    const trimmed = text.trim();
    const scheme = web && !/^https?:\/\//i.test(trimmed) ? null : schemeOf(trimmed);
    if (scheme === null || !protocol.test(scheme)) addIssue("not such a URL");
    return trimmed.replace(/[\t\n\r]/g, "");
  });
}

function schemeOf(text: string): string | null {
  try {
    return new URL(text).protocol.slice(0, -1);
  } catch {
    return null;
  }
}

class ObjectSchema extends Schema {
  constructor(
    readonly shape: Shape,
    private readonly refusesUnknown: boolean,
  ) {
    super((input) => readObject(input, shape, refusesUnknown));
  }

  extend(more: Shape): ObjectSchema {
    return new ObjectSchema({ ...this.shape, ...more }, this.refusesUnknown);
  }
}

/** Leaves out what it does not know. */
export function object(shape: Shape): ObjectSchema {
  return new ObjectSchema(shape, false);
}

export function strictObject(shape: Shape): ObjectSchema {
  return new ObjectSchema(shape, true);
}

function readObject(input: unknown, shape: Shape, refusesUnknown: boolean): unknown {
  if (!isObject(input)) return notAn("object", input);
  const result: JsonObject = {};
  for (const key in shape) {
    const field = shape[key]!;
    if (!(key in input) && field.whenAbsent === "left out") continue;
    const value = field.read(input[key]);
    if (value instanceof Refusal) return value.under(key);
    result[key] = value;
  }
  const unknown = refusesUnknown
    ? Object.keys(input).find((key) => !Object.hasOwn(shape, key))
    : undefined;
  return unknown === undefined ? result : new Refusal(`unknown key ${JSON.stringify(unknown)}`);
}

/** Every key must fit; `__proto__` is left out. */
export function record(keys: Schema, values: Schema): Schema {
  return new Schema((input) => {
    if (!isObject(input)) return notAn("record", input);
    const result: JsonObject = {};
    for (const key of Object.keys(input)) {
      if (key === "__proto__") continue;
      const known = keys.read(key);
      if (known instanceof Refusal) return known.under(key);
      const value = values.read(input[key]);
      if (value instanceof Refusal) return value.under(key);
      result[known as string] = value;
    }
    return result;
  });
}

/** Its length is looked at first: of an endless array nothing is read. */
class ArraySchema extends Schema {
  constructor(
    private readonly items: Schema,
    private readonly least = 0,
    private readonly most = Number.POSITIVE_INFINITY,
  ) {
    super((input) => readArray(input, items, least, most));
  }

  override min(least: number): Schema {
    return new ArraySchema(this.items, least, this.most);
  }

  override max(most: number): Schema {
    return new ArraySchema(this.items, this.least, most);
  }
}

export function array(items: Schema): Schema {
  return new ArraySchema(items);
}

function readArray(input: unknown, items: Schema, least: number, most: number): unknown {
  if (!Array.isArray(input)) return notAn("array", input);
  if (input.length < least) return new Refusal(`fewer than ${least}`);
  if (input.length > most) return new Refusal(`more than ${most}`);
  const result: unknown[] = [];
  for (const [index, item] of input.entries()) {
    const value = items.read(item);
    if (value instanceof Refusal) return value.under(index);
    result.push(value);
  }
  return result;
}

export function union(options: readonly Schema[]): Schema {
  return new Schema((input) => {
    for (const option of options) {
      const value = option.read(input);
      if (!(value instanceof Refusal)) return value;
    }
    return new Refusal("fits none of the kinds that it may be");
  });
}

/** `key` tells which of the options it is, and the faults are those of that one. */
export function discriminatedUnion(key: string, options: readonly ObjectSchema[]): Schema {
  return new Schema((input) => {
    if (!isObject(input)) return notAn("object", input);
    const kind = (option: ObjectSchema) => option.shape[key]!.read(input[key]);
    const option = options.find((one) => !(kind(one) instanceof Refusal));
    return option === undefined ? new Refusal("no kind that is known", [key]) : option.read(input);
  });
}

function isObject(input: unknown): input is JsonObject {
  return kindOf(input) === "object";
}

function notAn(what: string, input: unknown): Refusal {
  return new Refusal(`expected ${what}, received ${kindOf(input)}`);
}

function kindOf(input: unknown): string {
  if (input === null) return "null";
  return Array.isArray(input) ? "array" : typeof input;
}

export { oneOf as enum, record as partialRecord };

/** For what follows a fault in a `transform`; nobody looks at it. */
export const NEVER: unknown = undefined;

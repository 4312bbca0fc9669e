/** Why a value is not taken, in the shape that zod gives its first issue. */
export class Refusal {
  constructor(
    readonly message: string,
    readonly path: PropertyKey[] = [],
  ) {}

  under(key: PropertyKey): Refusal {
    return new Refusal(this.message, [key, ...this.path]);
  }
}

/** What a JSON value becomes, or why it does not fit. Never throws. */
export type Read = (input: unknown) => unknown;

/** What a missing property of an object means. */
export type WhenAbsent = "refused" | "left out" | "read";

type Outcome = { success: true; data: unknown } | { success: false; error: { issues: Refusal[] } };
type Message = string | undefined;

/**
 * A schema as zod's are written, with as little in memory as can be: ifrit-agent lives with some six
 * hundred of them on every machine. Only what the schemas of ifrit-agent use is here, for values that
 * came from JSON, and only the first fault is told.
 */
export class Schema {
  constructor(
    readonly read: Read,
    readonly whenAbsent: WhenAbsent = "refused",
  ) {}

  safeParse(input: unknown): Outcome {
    const data = this.read(input);
    if (data instanceof Refusal) return { success: false, error: { issues: [data] } };
    return { success: true, data };
  }

  parse(input: unknown): unknown {
    const data = this.read(input);
    if (!(data instanceof Refusal)) return data;
    throw new Error(`${data.path.map(String).join(".") || "the whole"}: ${data.message}`);
  }

  optional(): Schema {
    return new Schema(
      (input) => (input === undefined ? undefined : this.read(input)),
      this.whenAbsent === "read" ? "read" : "left out",
    );
  }

  nullable(): Schema {
    return new Schema((input) => (input === null ? null : this.read(input)), this.whenAbsent);
  }

  nullish(): Schema {
    return this.nullable().optional();
  }

  default(value: unknown): Schema {
    return new Schema((input) => (input === undefined ? copyOf(value) : this.read(input)), "read");
  }

  refine(accepts: (value: never) => boolean, message = "not accepted"): Schema {
    return this.#then((value) => (accepts(value as never) ? value : new Refusal(message)));
  }

  transform(change: (value: never, fault: { addIssue(message: string): void }) => unknown): Schema {
    return this.#then((value) => {
      const faults: string[] = [];
      const changed = change(value as never, { addIssue: (message) => faults.push(message) });
      return faults[0] === undefined ? changed : new Refusal(faults[0]);
    });
  }

  /** Of a number itself, of a string its length. */
  min(least: number, message?: Message): Schema {
    return this.refine((value) => sizeOf(value) >= least, message ?? `less than ${least}`);
  }

  max(most: number, message?: Message): Schema {
    return this.refine((value) => sizeOf(value) <= most, message ?? `more than ${most}`);
  }

  length(count: number, message?: Message): Schema {
    return this.refine((value) => sizeOf(value) === count, message ?? `not ${count} long`);
  }

  regex(pattern: RegExp, message?: Message): Schema {
    return this.refine((value) => pattern.test(value), message ?? `does not match ${pattern}`);
  }

  int(): Schema {
    return this.refine(Number.isSafeInteger, "not a whole number");
  }

  nonnegative(): Schema {
    return this.min(0, "less than zero");
  }

  positive(): Schema {
    return this.refine((value) => value > 0, "not more than zero");
  }

  #then(next: Read): Schema {
    const read: Read = (input) => {
      const value = this.read(input);
      return value instanceof Refusal ? value : next(value);
    };
    return new Schema(read, this.whenAbsent);
  }
}

function sizeOf(value: number | string): number {
  return typeof value === "number" ? value : value.length;
}

/** Nobody may change a default for all others. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...value];
  return typeof value === "object" && value !== null ? { ...value } : value;
}

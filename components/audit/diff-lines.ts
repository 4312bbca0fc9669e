/** One value that a write changed; undefined: it was not there. */
export type DiffLine = {
  path: string;
  kind: "added" | "removed" | "changed" | "same";
  before: string | undefined;
  after: string | undefined;
};

/** What a write changed, value by value, in the order of what is there now. */
export function diffLines(before: unknown, after: unknown): DiffLine[] {
  const was = flatten(before);
  const is = flatten(after);
  const paths = new Set([...is.keys(), ...was.keys()]);
  return [...paths].map((path) => {
    const pair = { path, before: was.get(path), after: is.get(path) };
    return { ...pair, kind: kindOf(pair.before, pair.after) };
  });
}

function kindOf(before: string | undefined, after: string | undefined): DiffLine["kind"] {
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  return before === after ? "same" : "changed";
}

function flatten(value: unknown, path = "", into = new Map<string, string>()) {
  if (value === null || value === undefined) {
    if (path) into.set(path, "null");
  } else if (typeof value !== "object") {
    into.set(path || "value", String(value));
  } else {
    for (const [key, each] of Object.entries(value)) {
      flatten(each, path ? `${path}.${key}` : key, into);
    }
  }
  return into;
}

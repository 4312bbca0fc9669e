type Messages = { [key: string]: string | Messages };

/** What `other` lacks, has too much, or fills in differently, compared with `reference`. */
export function compareMessages(reference: Messages, other: Messages): string[] {
  const expected = flatten(reference);
  const actual = flatten(other);
  const missing = [...expected.keys()].filter((key) => !actual.has(key));
  const extra = [...actual.keys()].filter((key) => !expected.has(key));
  const different = [...expected].filter(([key, text]) => {
    const translated = actual.get(key);
    return translated !== undefined && placeholders(text) !== placeholders(translated);
  });
  return [
    ...missing.map((key) => `"${key}" is missing`),
    ...extra.map((key) => `"${key}" is not in the other language`),
    ...different.map(([key]) => `"${key}" fills in other values`),
  ];
}

function flatten(messages: Messages, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

/** Names in braces and tags; plural and select keep theirs in every language. */
function placeholders(text: string): string {
  const names = [...text.matchAll(/\{\s*(\w+)\s*[,}]|<(\w+)>/g)].map((m) => m[1] ?? `<${m[2]}>`);
  return [...new Set(names)].sort().join(" ");
}

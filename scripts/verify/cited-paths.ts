export type CitedPath = { path: string; kind: "code" | "link" };

/**
 * The paths that a Markdown text cites: links to files, and inline code that begins with the name
 * of something at the repository's top.
 */
export function citedPaths(markdown: string, topLevel: ReadonlySet<string>): CitedPath[] {
  const prose = markdown.replace(/^```.*?^```/gms, "");
  const links = [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1]!)
    .filter((path) => !/^[a-z]+:/.test(path))
    .map((path) => ({ path: decodeURIComponent(path), kind: "link" as const }));
  const code = [...prose.matchAll(/`([^`\n]+)`/g)]
    .map((match) => match[1]!)
    .filter((text) => /^[\w.@()[\]*-]+(\/[\w.@()[\]*-]*)*$/.test(text))
    .filter((text) => topLevel.has(text.split("/")[0]!) && /[./]/.test(text))
    .map((path) => ({ path, kind: "code" as const }));
  return [...links, ...code];
}

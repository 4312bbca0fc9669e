import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { PackageSource } from "../contract/package-manifest.ts";
import { packageInvalid, zodIssues } from "./package-invalid.ts";

const sourceNames = ["manifest.json", "manifest.yaml", "manifest.yml"] as const;

/** What the author wrote, from manifest.json or manifest.yaml in the folder. */
export async function readPackageSource(folder: string): Promise<PackageSource> {
  for (const name of sourceNames) {
    const text = await readIfThere(join(folder, name));
    if (text === null) continue;
    const parsed = PackageSource.strict().safeParse(parseText(name, text));
    if (parsed.success) return parsed.data;
    throw packageInvalid(
      zodIssues(parsed.error).map((issue) => ({
        path: `${name}${issue.path ? ` ${issue.path}` : ""}`,
        message: issue.message,
      })),
    );
  }
  throw packageInvalid([
    { path: folder, message: `has none of ${sourceNames.join(", ")}: write one to describe it` },
  ]);
}

function parseText(name: string, text: string): unknown {
  try {
    return name.endsWith(".json") ? JSON.parse(text) : parseYaml(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof YAMLParseError)
      throw packageInvalid([{ path: name, message: error.message }], error);
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { z } from "zod";
import * as standIn from "../../../agent/schema/zod.ts";
import { repoRoot } from "../../repo-root.ts";

/** One schema of ifrit-agent, built twice from the same words. */
export type SchemaPair = { theirs: z.ZodType; ours: Ours; words: string };
type Ours = {
  safeParse(
    input: unknown,
  ):
    | { success: true; data: unknown }
    | { success: false; error: { issues: { path: PropertyKey[] }[] } };
};

type Made = Record<string, (...words: unknown[]) => unknown>;

/**
 * Every schema that ifrit-agent's modules build, with all of its parts: their import of zod is given a
 * stand-in that calls zod and ifrit-agent's own schemas with the same words.
 */
export async function schemaPairs(folder: string): Promise<SchemaPair[]> {
  const pairs: SchemaPair[] = [];
  const halves = new WeakMap<object, SchemaPair>();
  const pair = (theirs: unknown, ours: unknown, words: string): unknown => {
    if (!(theirs instanceof z.ZodType)) return theirs;
    const made = { theirs, ours: ours as Ours, words };
    pairs.push(made);
    const shown = new Proxy(theirs, {
      get: (_, name: string) => {
        const method = (theirs as unknown as Made)[name];
        if (typeof method !== "function") return method;
        return call(theirs, ours as object, name, `${words}.${name}`);
      },
    });
    halves.set(shown, made);
    return shown;
  };
  const call = (theirs: object, ours: object, name: string, words: string) => {
    const [left, right] = [theirs, ours] as unknown as [Made, Made];
    if (typeof right[name] !== "function") throw new Error(`no ${words} in the stand-in`);
    return (...given: unknown[]) =>
      pair(
        left[name]!(...given.map((one) => half(halves, one, "theirs"))),
        right[name]!(...given.map((one) => half(halves, one, "ours"))),
        `${words}(${given.map(short).join(", ")})`,
      );
  };
  const both = new Proxy(standIn, {
    get: (_, name: string) => (name === "NEVER" ? z.NEVER : call(z, standIn, name, `z.${name}`)),
  });
  await importWith(both, folder);
  return pairs;
}

function short(given: unknown): string {
  return typeof given === "number" || given instanceof RegExp ? String(given) : "…";
}

function half(
  halves: WeakMap<object, SchemaPair>,
  given: unknown,
  side: "theirs" | "ours",
): unknown {
  if (typeof given !== "object" || given === null || given instanceof RegExp) return given;
  const known = halves.get(given);
  if (known !== undefined) return known[side];
  if (Array.isArray(given)) return given.map((one) => half(halves, one, side));
  const entries = Object.entries(given).map(([key, one]) => [key, half(halves, one, side)]);
  return Object.fromEntries(entries);
}

async function importWith(both: object, folder: string): Promise<void> {
  Object.assign(globalThis, { schemaPairs: both });
  const file = join(folder, "schemas.mjs");
  const { outputFiles } = await build({
    absWorkingDir: repoRoot,
    entryPoints: ["agent/main.ts"],
    ...{ bundle: true, write: false, format: "esm", platform: "node", target: "node20" },
    alias: { "@contract": join(repoRoot, "lib/contract") },
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire("/");',
    },
    plugins: [
      {
        name: "both",
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^zod$/ }, () => ({ path: "zod", namespace: "both" }));
          onLoad({ filter: /.*/, namespace: "both" }, () => ({
            contents: "export const z = globalThis.schemaPairs;",
          }));
        },
      },
    ],
    treeShaking: true,
    logLevel: "silent",
  });
  await writeFile(file, outputFiles![0]!.contents);
  try {
    await import(pathToFileURL(file).href);
  } finally {
    await rm(file);
  }
}

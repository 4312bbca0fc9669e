import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { openRoot } from "../../contract/verify-root-chain.ts";
import { judgeVector, type Vector, type VectorContext } from "./judge-vector.ts";

/** deno run … judge-vectors.deno.ts <in> <out>: what this runtime says to each vector. */
const [from = "", to = ""] = process.argv.slice(2);
const given = JSON.parse(readFileSync(from, "utf8")) as {
  context: VectorContext;
  vectors: Vector[];
};
const root = await openRoot(given.context.rootText);
const verdicts: string[] = [];
for (const vector of given.vectors) verdicts.push(await judgeVector(root, given.context, vector));
writeFileSync(to, JSON.stringify(verdicts));

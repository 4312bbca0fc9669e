import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Envelope } from "../contract/dsse.ts";
import { createVectors } from "./testing/create-vectors.ts";
import { judgeVector, type Vector, vectorKinds } from "./testing/judge-vector.ts";
import { mutatedVectors } from "./testing/mutations.ts";

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What ifrit-agent runs on, asked the same as Node, which masters and signers run on. */
async function askDeno(given: object): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "ifrit-vectors-"));
  try {
    const [from, to, map] = ["in.json", "out.json", "imports.json"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(from, JSON.stringify(given));
    const zod = new URL("../../node_modules/zod/index.js", import.meta.url).href;
    await writeFile(map, JSON.stringify({ imports: { zod } }));
    const flags = ["--no-config", "--no-check", "--no-remote", "--no-npm", "--quiet"];
    const grants = [`--allow-read=${folder},${here("../..")}`, `--allow-write=${folder}`];
    const script = here("testing/judge-vectors.deno.ts");
    await run(here("../../node_modules/.bin/deno"), [
      ...["run", ...flags, "--import-map", map, ...grants, script, from, to],
    ]);
    return JSON.parse(await readFile(to, "utf8")) as string[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The order of Ed25519's group: S and S + L are the same number to a careless verifier. */
const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

function withS(text: string, change: (s: bigint) => bigint): string {
  const envelope = JSON.parse(text) as Envelope;
  const signature = Buffer.from(envelope.signatures[0]!.sig, "base64");
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`);
  const hex = change(s).toString(16).padStart(64, "0");
  signature.set(Buffer.from(hex, "hex").reverse(), 32);
  envelope.signatures[0]!.sig = signature.toString("base64");
  return JSON.stringify(envelope);
}

test("Node and Deno say the same to 1,500 vectors, and accept what is genuine", async () => {
  const { root, context, genuine } = await createVectors();
  const vectors: Vector[] = [
    ...vectorKinds.map((kind) => ({ kind, text: genuine[kind] })),
    { kind: "freshness", text: withS(genuine.freshness, (s) => s + groupOrder) },
    { kind: "freshness", text: withS(genuine.freshness, () => 0n) },
    ...fc.sample(mutatedVectors(genuine), { numRuns: 1_500, seed: 20_260_301 }),
  ];
  const node: string[] = [];
  for (const vector of vectors) node.push(await judgeVector(root, context, vector));
  expect(await askDeno({ context, vectors })).toEqual(node);
  for (const verdict of node.slice(0, vectorKinds.length)) expect(verdict).toMatch(/^accepted/);
  expect(node.slice(vectorKinds.length, vectorKinds.length + 2)).toEqual([
    "signature_invalid",
    "signature_invalid",
  ]);
}, 30_000);

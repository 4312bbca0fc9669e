import { expect, test } from "vitest";
import { verifyDocument } from "../contract/verify-director.ts";
import { composeDesiredState, documentFor } from "../desired-state/compose-desired-state.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";
import { slotOf } from "../desired-state/slot.ts";
import { signComposition } from "./sign-composition.ts";
import { createTrust, directorFloor, machine, refused } from "./testing/create-trust.ts";

const trust = await createTrust();
const entry = (overrides: Partial<DesiredEntry>): DesiredEntry => ({
  releaseId: 1,
  machineType: "LINUX",
  agentName: "log-agent",
  scope: "default",
  machineId: null,
  batch: null,
  batchCount: null,
  ringSalt: "",
  version: "1.0.0",
  timestampMs: 1_000,
  ...overrides,
});
const composition = composeDesiredState(
  "east",
  [
    entry({}),
    entry({ scope: "batch", batch: 1, batchCount: 4, version: "2.0.0", timestampMs: 2_000 }),
    entry({ scope: "gray", machineId: "m-gray", version: "3.0.0", timestampMs: 3_000 }),
  ],
  [],
);
const signed = await signComposition(composition, 50, trust.directorKeys[0]!);
const verify = (text: string, machineId: string, slot: number | null = slotOf(machineId)) =>
  verifyDocument(trust.root, text, machine({ machineId, slot }), directorFloor());

test("every machine can verify its own document, and no other class's", async () => {
  const statements = signed.types.get("LINUX")!;
  const { documents, slotClass } = composition.types.get("LINUX")!;
  expect(statements).toHaveLength(2);
  for (let index = 0; index < 40; index += 1) {
    const machineId = `m-${index}`;
    const own = slotClass[slotOf(machineId)]!;
    const statement = await verify(statements[own]!, machineId);
    expect(`"${statement.sha256}"`).toBe(documents[own]!.etag);
    await expect(verify(statements[1 - own]!, machineId)).rejects.toThrow(refused("wrong_machine"));
  }
});

test("a machine that gray entries name gets a statement of its own", async () => {
  const text = signed.gray.get("m-gray")!.get("LINUX")!;
  const at = { machineId: "m-gray", type: "LINUX", slot: slotOf("m-gray") } as const;
  const statement = await verify(text, "m-gray", null);
  expect(`"${statement.sha256}"`).toBe(documentFor(composition, at)!.etag);
  await expect(verify(text, "m-1")).rejects.toThrow(refused("wrong_machine"));
});

test("a type whose machines all get the same is signed without slots", async () => {
  const [text] = signed.types.get("WINDOWS")!;
  expect(text!.length).toBeLessThan(800);
  await expect(verify(text!, "m-1")).rejects.toThrow(refused("wrong_machine"));
});

import { expect, test } from "vitest";
import { verifyDocument } from "../contract/verify-director.ts";
import { composeDesiredState, documentFor } from "../desired-state/compose-desired-state.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";
import { slotOf } from "../desired-state/slot.ts";
import { signMachineDocument } from "./sign-machine-document.ts";
import { createTrust, directorFloor, machine, refused } from "./testing/create-trust.ts";

const trust = await createTrust();
const director = trust.directorKeys[0]!;
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
const compose = () =>
  composeDesiredState(
    "east",
    [
      entry({}),
      entry({ scope: "batch", batch: 1, batchCount: 4, version: "2.0.0", timestampMs: 2_000 }),
      entry({ scope: "gray", machineId: "m-gray", version: "3.0.0", timestampMs: 3_000 }),
    ],
    [],
  );
const composition = compose();
const asking = (machineId: string) =>
  ({ machineId, type: "LINUX", slot: slotOf(machineId) }) as const;
const sign = async (machineId: string, sequence = 50) =>
  (await signMachineDocument(composition, asking(machineId), sequence, director))!;
const verify = (text: string, machineId: string, slot: number | null = slotOf(machineId)) =>
  verifyDocument(trust.root, text, machine({ machineId, slot }), directorFloor());

test("every machine can verify its own document, and no other class's", async () => {
  const { slotClass } = composition.types.get("LINUX")!;
  const ids = Array.from({ length: 40 }, (_, index) => `m-${index}`);
  const classOf = (id: string) => slotClass[slotOf(id)]!;
  const ofClass = [0, 1].map((index) => ids.find((id) => classOf(id) === index)!);
  for (const id of ids) {
    const { text, document } = await sign(id);
    expect(`"${(await verify(text, id)).sha256}"`).toBe(document.etag);
    const other = await sign(ofClass[1 - classOf(id)]!);
    await expect(verify(other.text, id)).rejects.toThrow(refused("wrong_machine"));
  }
});

test("a machine that gray entries name gets a statement of its own", async () => {
  const { text } = await sign("m-gray");
  const statement = await verify(text, "m-gray", null);
  expect(`"${statement.sha256}"`).toBe(documentFor(composition, asking("m-gray"))!.etag);
  await expect(verify(text, "m-1")).rejects.toThrow(refused("wrong_machine"));
});

test("a type whose machines all get the same is signed without slots", async () => {
  const windows = { machineId: "m-w", type: "WINDOWS", slot: 3 } as const;
  const { text } = (await signMachineDocument(composition, windows, 50, director))!;
  expect(text.length).toBeLessThan(800);
  await expect(verify(text, "m-1")).rejects.toThrow(refused("wrong_machine"));
});

test("the same document is signed once for each sequence, and alike by every master", async () => {
  const [one, again, later] = [await sign("m-1"), await sign("m-1"), await sign("m-1", 51)];
  expect(again.text).toBe(one.text);
  expect(later.text).not.toBe(one.text);
  const elsewhere = await signMachineDocument(compose(), asking("m-1"), 50, director);
  expect(elsewhere!.text).toBe(one.text);
});

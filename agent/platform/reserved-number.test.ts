import assert from "node:assert/strict";
import { Counter } from "../identity/counter.ts";
import { readReservedNumber, writeReservedNumber } from "./reserved-number.ts";

async function temporaryFolder() {
  const dir = await Deno.makeTempDir({ prefix: "ifrit-reserve-" });
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

Deno.test("fault 9: readReservedNumber() knows the last number, or the one before, wherever a write is cut off", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.dir}/counter.reserve`;
  for (const value of [50, 100, 150]) await writeReservedNumber(path, value);
  const before = await Deno.readFile(path);
  await writeReservedNumber(path, 200);
  const after = await Deno.readFile(path);
  const changed = [...after.keys()].filter((index) => after[index] !== before[index]);
  for (const end of [...changed, after.length]) {
    await Deno.writeFile(path, new Uint8Array([...after.slice(0, end), ...before.slice(end)]));
    const found = await readReservedNumber(path);
    assert.ok(found === 150 || found === 200, `${found} at byte ${end}`);
  }
  assert.equal(await readReservedNumber(path), 200);
});

Deno.test("fault 9: Counter hands out no number twice when its file is damaged, gone, or its backup counts", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.dir}/counter.json`;
  const spoils = [
    () => Deno.truncate(path, 5),
    () => Deno.remove(path),
    () => Deno.remove(`${folder.dir}/counter.reserve`).then(() => Deno.truncate(path, 0)),
    () => Deno.remove(path).then(() => Deno.remove(`${path}.bak`)),
  ];
  let last = 0;
  for (const spoil of spoils) {
    const counter = new Counter(path);
    for (let i = 0; i < 120; i++) {
      const next = await counter.next();
      assert.ok(next > last, `${next} after ${last}`);
      last = next;
    }
    await spoil();
  }
  assert.ok((await new Counter(path).next()) > last);
});

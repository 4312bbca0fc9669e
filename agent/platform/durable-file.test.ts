import assert from "node:assert/strict";
import { z } from "zod";
import { temporaryRoot } from "../testing/temporary-root.ts";
import { readJson, writeDurably } from "./durable-file.ts";

const Example = z.object({ name: z.string(), count: z.number() });

Deno.test("fault 9: readJson() falls back to the backup wherever a file is cut off", async () => {
  await using layout = await temporaryRoot();
  const path = `${layout.state}/example.json`;
  const first = { name: "first", count: 1 };
  const second = { name: "second", count: 2 };
  await writeDurably(path, JSON.stringify(first));
  await writeDurably(path, JSON.stringify(second));
  const whole = JSON.stringify(second);
  for (let length = 0; length < whole.length; length++) {
    await Deno.writeTextFile(path, whole.slice(0, length));
    assert.deepEqual(await readJson(path, Example), first, `cut at ${length}`);
  }
  await Deno.writeTextFile(path, whole);
  assert.deepEqual(await readJson(path, Example), second);
});

Deno.test("readJson() gives null when neither file nor backup can be read", async () => {
  await using layout = await temporaryRoot();
  const path = `${layout.state}/example.json`;
  assert.equal(await readJson(path, Example), null);
  await Deno.writeTextFile(path, "{");
  await Deno.writeTextFile(`${path}.bak`, '{"name":3}');
  assert.equal(await readJson(path, Example), null);
});

Deno.test("writeDurably() gives the mode asked for", async () => {
  await using layout = await temporaryRoot();
  const path = `${layout.identity}/secret.json`;
  await writeDurably(path, "{}", 0o600);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
});

import assert from "node:assert/strict";
import { utcText } from "./utc-text.ts";

const dayMs = 86_400_000;
const first = Date.UTC(-1, 11, 31) + dayMs;
const last = Date.UTC(10_000, 0, 1) - 1;

Deno.test("utcText() gives what Date gives, on every day of the years 0 to 9999", () => {
  for (let ms = first, days = 0; ms <= last; ms += dayMs, days += 1) {
    const at = ms + ((days * 7919) % 86_400) * 1000 + (days % 1000);
    if (utcText(at) !== new Date(at).toISOString())
      assert.equal(utcText(at), new Date(at).toISOString());
  }
});

Deno.test("utcText() gives what Date gives at the ends of days and years", () => {
  for (const ms of [0, -1, 1, dayMs - 1, dayMs, first, last, 951_782_399_999, 951_782_400_000])
    assert.equal(utcText(ms), new Date(ms).toISOString());
  assert.equal(utcText(1.7), "1970-01-01T00:00:00.001Z");
});

Deno.test("utcText() of a clock beyond all reason is the nearest moment of four-digit years", () => {
  assert.equal(utcText(8.64e15), "9999-12-31T23:59:59.999Z");
  assert.equal(utcText(-8.64e15), "0000-01-01T00:00:00.000Z");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { nextDirectorSequence } from "./director-sequence.ts";
import { provenSequence } from "./proven-sequence.ts";
import { signFreshness } from "./sign-director.ts";
import { freshnessStatement } from "./testing/create-trust.ts";
import { fixedSigners } from "./testing/fixed-signer.ts";

const secondsAt = Date.UTC(2026, 2, 1) / 1000;
const nowMs = secondsAt * 1000 + 999;

test("nextDirectorSequence() counts on, and begins with the clock", () => {
  expect(nextDirectorSequence({ stored: 0, fleetFloor: 0, nowMs })).toBe(secondsAt);
  expect(nextDirectorSequence({ stored: secondsAt, fleetFloor: 0, nowMs })).toBe(secondsAt + 1);
  expect(nextDirectorSequence({ stored: secondsAt + 9, fleetFloor: 0, nowMs })).toBe(
    secondsAt + 10,
  );
});

test("nextDirectorSequence() exceeds what the fleet has proven, with a clock that is behind", () => {
  expect(nextDirectorSequence({ stored: 5, fleetFloor: secondsAt, nowMs: 0 })).toBe(secondsAt + 1);
});

test("nextDirectorSequence() refuses numbers that cannot be its own", () => {
  for (const stored of [2 ** 48, secondsAt * 4, Number.NaN])
    expect(() => nextDirectorSequence({ stored, fleetFloor: 0, nowMs })).toThrow(RangeError);
});

/** A master's life: time passes, sequences are drawn, and now and then an old backup comes back. */
type Event = { afterMs: number; draws: number; restore?: number };
const life = fc.array(
  fc.record({
    // At most one a second on the whole: the promise that the clock's part rests on.
    afterMs: fc.integer({ min: 20_000, max: 90_000 }),
    draws: fc.integer({ min: 1, max: 20 }),
    restore: fc.option(fc.nat(), { nil: undefined }),
  }) as fc.Arbitrary<Event>,
  { minLength: 1, maxLength: 30 },
);

test("a restored database never makes the director sign a sequence again", () => {
  fc.assert(
    fc.property(life, (events) => {
      let now = nowMs;
      let stored = 0;
      let highest = 0;
      const backups = [0];
      for (const { afterMs, draws, restore } of events) {
        now += afterMs;
        if (restore !== undefined) stored = backups[restore % backups.length]!;
        for (let draw = 0; draw < draws; draw += 1) {
          stored = nextDirectorSequence({ stored, fleetFloor: 0, nowMs: now });
          expect(stored).toBeGreaterThan(highest);
          highest = stored;
          backups.push(stored);
        }
      }
    }),
  );
});

test("a restored database and a clock that was set back are made good by one machine's proof", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: secondsAt }),
      fc.integer({ min: 0, max: secondsAt }),
      fc.integer({ min: 0, max: secondsAt }),
      (seen, stored, seconds) => {
        const next = nextDirectorSequence({ stored, fleetFloor: seen, nowMs: seconds * 1000 });
        expect(next).toBeGreaterThan(Math.max(seen, stored));
      },
    ),
  );
});

test("provenSequence() believes only our own signature, for our own cluster", async () => {
  const [own, other] = await fixedSigners("director", "other");
  const prove = async (statement: object, signer = own!) =>
    provenSequence(await signFreshness(freshnessStatement(statement), [signer]), "east", own!);
  expect(await prove({ sequence: 77 })).toBe(77);
  expect(await prove({ sequence: 77 }, other!)).toBeNull();
  expect(await prove({ sequence: 77, clusterId: "west" })).toBeNull();
  expect(await provenSequence('{"sequence":281474976710656}', "east", own!)).toBeNull();
});

import { expect, test } from "vitest";
import type { DesiredAgent } from "../../../lib/contract/desired-state.ts";
import type { Fate } from "./fate.ts";
import { type DesiredByName, isApplied, isSettled, moveOn, waitingForWord } from "./move-on.ts";
import type { SimAgent, Surroundings } from "./sim-agent.ts";

const good: Fate = {
  ...{ failure: null, crashLoops: false, goesDark: null, eatsMemory: false, eatsCpu: false },
};

function want(version: string | null, releaseId: number, name = "log-agent"): DesiredByName {
  const because = { name, releaseId, releasedAtMs: releaseId, scope: "default" as const };
  const agent: DesiredAgent =
    version === null
      ? { want: "absent", ...because }
      : {
          ...{ want: "present", ...because, version },
          packages: { "linux-x64": { sha256: "0".repeat(64), size: 1000 } },
        };
  return new Map([[name, agent]]);
}

/** A machine whose phases last a second each; its word comes as it is told. */
class Machine {
  agents: readonly SimAgent[] = [];
  removed: string[] = [];
  phases: string[] = [];
  darkAtMs = Number.POSITIVE_INFINITY;
  mayChange = true;
  nowMs = 1_000_000;
  platform: Surroundings["platform"] = "linux-x64";
  fates: Record<string, Partial<Fate>> = {};

  move(desired: DesiredByName | null, confirmed: readonly string[] = []): void {
    const moved = moveOn(this.agents, desired, this.around(confirmed));
    this.agents = moved.agents;
    this.removed.push(...moved.removed);
    this.darkAtMs = Math.min(this.darkAtMs, moved.darkAtMs);
    const state = this.agents[0]?.state;
    const phase = state ? `${state.phase} ${state.version ?? "-"}` : "nothing";
    if (this.phases.at(-1) !== phase) this.phases.push(phase);
  }

  /** Lets the seconds pass; whoever waits for the master's word gets it. */
  pass(seconds: number, desired: DesiredByName | null): void {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000;
      this.move(desired);
      if (this.mayChange) this.move(desired, waitingForWord(this.agents, desired));
    }
  }

  private around(confirmed: readonly string[]): Surroundings {
    return {
      nowMs: this.nowMs,
      platform: this.platform,
      mayChange: this.mayChange,
      confirmed: new Set(confirmed),
      lasts: () => 1_000,
      scaled: (ms) => ms,
      fate: (_, version) => ({ ...good, ...this.fates[version] }),
      random: () => 0.5,
    };
  }
}

test("moveOn() brings a new agent through every phase until it runs", () => {
  const machine = new Machine();
  const desired = want("1.0.0", 1);
  machine.move(desired);
  machine.pass(6, desired);
  expect(machine.phases).toEqual([
    ...["downloading -", "verifying -", "pending -"],
    ...["switching -", "watching 1.0.0", "running 1.0.0"],
  ]);
  expect(machine.agents[0]?.state).toMatchObject({ releaseId: 1, targetVersion: null });
  expect(isApplied(machine.agents, desired)).toBe(true);
});

test("moveOn() returns the same array when nothing moves", () => {
  const machine = new Machine();
  const desired = want("1.0.0", 1);
  machine.pass(8, desired);
  const before = machine.agents;
  machine.pass(5, desired);
  expect(machine.agents).toBe(before);
});

test("a machine that may not change begins nothing, and does not switch what it has unpacked", () => {
  const machine = new Machine();
  const desired = want("1.0.0", 1);
  machine.mayChange = false;
  machine.pass(5, desired);
  expect(machine.phases).toEqual(["pending -"]);

  machine.mayChange = true;
  machine.move(desired);
  machine.mayChange = false;
  machine.pass(10, desired);
  expect(machine.phases).toEqual(["pending -", "downloading -", "verifying -", "pending -"]);
  expect(isSettled(machine.agents)).toBe(false);
});

test("a switch waits for the master's word, and one under way is ended before anything else", () => {
  const machine = new Machine();
  const desired = want("1.0.0", 1);
  for (let second = 0; second < 10; second += 1) {
    machine.nowMs += 1_000;
    machine.move(desired);
  }
  expect(machine.phases.at(-1)).toBe("pending -");
  expect(waitingForWord(machine.agents, desired)).toEqual(["log-agent"]);
  machine.move(desired, ["log-agent"]);
  machine.move(want("2.0.0", 2));
  expect(machine.phases.at(-1)).toBe("switching -");
  machine.pass(10, want("2.0.0", 2));
  expect(machine.phases.at(-1)).toBe("running 2.0.0");
});

test("a version that fails its watch is put back and not taken again by the same release", () => {
  const machine = new Machine();
  machine.fates["1.1.0"] = { failure: "liveness_failed" };
  machine.pass(8, want("1.0.0", 1));
  machine.pass(60, want("1.1.0", 2));
  expect(machine.phases.slice(-3)).toEqual(["switching 1.0.0", "watching 1.1.0", "failed 1.0.0"]);
  expect(machine.agents[0]?.state).toMatchObject({
    ...{ version: "1.0.0", targetVersion: "1.1.0", releaseId: 2 },
    failure: { reason: "liveness_failed", version: "1.1.0" },
  });
  expect(isSettled(machine.agents)).toBe(true);

  machine.pass(3, want("1.0.0", 1));
  expect(machine.agents[0]?.state).toMatchObject({ phase: "running", releaseId: 1, failure: null });
  machine.fates = {};
  machine.pass(8, want("1.1.0", 3));
  expect(machine.phases.at(-1)).toBe("running 1.1.0");
});

test("a failing download is tried again later, and the version before goes on running", () => {
  const machine = new Machine();
  machine.fates["1.1.0"] = { failure: "disk_full" };
  machine.pass(8, want("1.0.0", 1));
  machine.pass(2, want("1.1.0", 2));
  expect(machine.phases.at(-1)).toBe("failed 1.0.0");
  machine.pass(60, want("1.1.0", 2));
  const downloads = machine.phases.filter((phase) => phase === "downloading 1.0.0").length;
  expect(downloads).toBeGreaterThan(2);
  expect(downloads).toBeLessThan(8);
  machine.fates = {};
  machine.pass(120, want("1.1.0", 2));
  expect(machine.phases.at(-1)).toBe("running 1.1.0");
});

test("a crash loop passes its watch, counts restarts and slows down", () => {
  const machine = new Machine();
  machine.fates["1.0.0"] = { crashLoops: true };
  const desired = want("1.0.0", 1);
  machine.pass(120, desired);
  const { restarts } = machine.agents[0]!.state;
  expect(restarts).toBeGreaterThan(3);
  machine.pass(120, desired);
  expect(machine.agents[0]!.state.restarts - restarts).toBeLessThan(restarts);
  expect(machine.phases).toContain("backoff 1.0.0");
});

test("a version that takes the machine off the net does so after its start", () => {
  const machine = new Machine();
  machine.fates["1.0.0"] = { goesDark: "later" };
  machine.pass(2, want("1.0.0", 1));
  expect(machine.darkAtMs).toBe(Number.POSITIVE_INFINITY);
  machine.pass(4, want("1.0.0", 1));
  expect(machine.darkAtMs).toBeGreaterThan(machine.nowMs);
  expect(machine.darkAtMs).toBeLessThan(machine.nowMs + 30_000);

  machine.fates["1.1.0"] = { goesDark: "at once" };
  machine.pass(6, want("1.1.0", 2));
  expect(machine.darkAtMs).toBeLessThanOrEqual(machine.nowMs);
});

test("only an explicit absence removes, and only with the master's word", () => {
  const machine = new Machine();
  machine.pass(8, want("1.0.0", 1));
  machine.pass(8, new Map());
  expect(machine.phases.at(-1)).toBe("running 1.0.0");
  machine.mayChange = false;
  machine.pass(3, want(null, 2));
  expect(machine.phases.at(-1)).toBe("pending 1.0.0");
  machine.mayChange = true;
  machine.pass(3, want(null, 2));
  expect(machine.agents).toEqual([]);
  expect(machine.removed).toEqual(["log-agent"]);
  expect(isApplied(machine.agents, want(null, 2))).toBe(true);
});

test("a machine of another platform is not eligible, keeps what it has and counts as settled", () => {
  const machine = new Machine();
  machine.pass(8, want("1.0.0", 1));
  machine.platform = "windows-x64";
  machine.pass(3, want("1.1.0", 2));
  expect(machine.agents[0]?.state).toMatchObject({ phase: "notEligible", version: "1.0.0" });
  expect(isApplied(machine.agents, want("1.1.0", 2))).toBe(true);
});

test("a withdrawn release drops what has not switched, and leaves the rest", () => {
  const machine = new Machine();
  machine.pass(8, want("1.0.0", 1));
  machine.pass(1, want("1.1.0", 2));
  expect(machine.phases.at(-1)).toBe("downloading 1.0.0");
  machine.move(want("1.0.0", 1));
  expect(machine.phases.at(-1)).toBe("running 1.0.0");
  expect(machine.agents[0]?.state).toMatchObject({ targetVersion: null, releaseId: 1 });
});

import { describe, expect, it } from "vitest";
import { confirmTier, isConfirmed } from "./confirm-tier.ts";

const agentName = "log-agent";

describe("confirmTier()", () => {
  it("asks for a click for one machine, for a tick up to a hundred, for the number above", () => {
    expect(confirmTier({ machines: 1, agentName })).toEqual({ kind: "click" });
    expect(confirmTier({ machines: 100, agentName })).toEqual({ kind: "check" });
    expect(confirmTier({ machines: 101, agentName })).toEqual({ kind: "type", phrase: "101" });
  });

  it("asks for the agent's name for every removal", () => {
    const tier = confirmTier({ machines: 1, removes: true, agentName });
    expect(tier).toEqual({ kind: "type", phrase: agentName });
  });
});

describe("isConfirmed()", () => {
  it("takes the number as typed or as shown", () => {
    const tier = { kind: "type", phrase: "12345" } as const;
    for (const typed of ["12345", " 12,345 ", "12 345"]) {
      expect(isConfirmed(tier, { checked: false, typed })).toBe(true);
    }
    expect(isConfirmed(tier, { checked: true, typed: "1234" })).toBe(false);
  });

  it("takes the agent's name exactly", () => {
    const tier = { kind: "type", phrase: agentName } as const;
    expect(isConfirmed(tier, { checked: false, typed: "log-agent" })).toBe(true);
    expect(isConfirmed(tier, { checked: false, typed: "logagent" })).toBe(false);
  });

  it("needs the tick", () => {
    expect(isConfirmed({ kind: "check" }, { checked: false, typed: "" })).toBe(false);
    expect(isConfirmed({ kind: "check" }, { checked: true, typed: "" })).toBe(true);
  });
});

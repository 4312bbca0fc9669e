import { expect, test } from "vitest";
import {
  readBlockedAgentsHeader,
  writeBlockedAgentsHeader,
  writeChangeHeader,
} from "./change-headers.ts";

test("writeChangeHeader() spells any text in signs that a header may hold", () => {
  const values = { owner: "李; x=1,", reason: "发布冻结\r\nset-cookie: a", untilMs: 5 };
  const text = writeChangeHeader({ code: "freeze", values });
  expect(text).toMatch(
    /^blocked; freeze; owner=%E6%9D%8E%3B%20x%3D1%2C; reason=[^\s;,]+; untilMs=5$/,
  );
  new Headers().set("ifrit-change", text);
  const cut = writeChangeHeader({ code: "hold", values: { reason: "😀".repeat(200) } });
  expect(decodeURIComponent(cut)).toBe(`blocked; hold; reason=${"😀".repeat(120)}`);
});

test("readBlockedAgentsHeader() reads what writeBlockedAgentsHeader() wrote", () => {
  const text = writeBlockedAgentsHeader([
    { agentName: "log-agent", code: "releasePaused", values: { releaseId: 12 } },
    { agentName: "dns", code: "hold", values: { owner: "a, b; c" } },
  ]);
  expect([...(readBlockedAgentsHeader(text) ?? [])]).toEqual([
    ["log-agent", "releasePaused; releaseId=12"],
    ["dns", "hold; owner=a%2C%20b%3B%20c"],
  ]);
  expect(readBlockedAgentsHeader(null)?.size).toBe(0);
  expect(readBlockedAgentsHeader("<html>")).toBeNull();
});

import { expect, test } from "vitest";
import { mergeAgents } from "./merge-agents.ts";

const own = {
  ...{ name: "log-agent", description: "logs", versions: 2, latestVersion: "1.1.0", unhealthy: 1 },
  distribution: [
    { version: "1.0.0", machines: 5 },
    { version: null, machines: 1 },
  ],
};

test("mergeAgents() adds machines by version, none installed among them, most frequent first", () => {
  const there = {
    ...{ name: "log-agent", unhealthy: 2 },
    distribution: [
      { version: "1.1.0", machines: 9 },
      { version: null, machines: 3 },
    ],
  };
  expect(mergeAgents([own], [[there], []])).toEqual([
    {
      ...own,
      unhealthy: 3,
      distribution: [
        { version: "1.1.0", machines: 9 },
        { version: "1.0.0", machines: 5 },
        { version: null, machines: 4 },
      ],
    },
  ]);
});

test("mergeAgents() shows an agent that only a remote cluster has", () => {
  const distribution = [{ version: "0.1.0", machines: 2 }];
  const merged = mergeAgents([own], [[{ name: "edge-agent", unhealthy: 0, distribution }]]);
  expect(merged.map(({ name, versions }) => [name, versions])).toEqual([
    ["edge-agent", 0],
    ["log-agent", 2],
  ]);
});

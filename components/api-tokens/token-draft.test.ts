import { expect, it } from "vitest";
import { emptyToken, tokenRequest } from "./token-draft.ts";

it("makes a request of names and patterns, and of days", () => {
  const draft = { ...emptyToken, label: " deploy ", clusters: "bj-*, sh", days: 1 };
  expect(tokenRequest(draft)).toEqual({
    request: {
      ...{ label: "deploy", permissions: ["read"], clusters: ["bj-*", "sh"], agents: ["*"] },
      ttlSeconds: 86_400,
    },
  });
});

it("names the fields that are not right", () => {
  const draft = { ...emptyToken, permissions: [], clusters: "", agents: "a b?", days: 400 };
  expect(tokenRequest(draft)).toEqual({
    problems: ["label", "permissions", "clusters", "agents", "days"],
  });
});

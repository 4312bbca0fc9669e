import { expect, it } from "vitest";
import { parseLabels } from "./parse-labels.ts";

it.each([
  ["", {}],
  [" \n", {}],
  ["zone=a", { zone: "a" }],
  ["zone = a , rack=12\nrole=web，tier=", { zone: "a", rack: "12", role: "web", tier: "" }],
  ["expression=a=b", { expression: "a=b" }],
])("parseLabels(%j)", (text, labels) => {
  expect(parseLabels(text)).toEqual(labels);
});

it.each(["zone", "=a", "zone=a, zone=b", `${"k".repeat(64)}=v`, `k=${"v".repeat(256)}`])(
  "parseLabels(%j) is refused",
  (text) => {
    expect(parseLabels(text)).toBeNull();
  },
);

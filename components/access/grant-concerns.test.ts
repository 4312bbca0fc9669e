import { expect, it } from "vitest";
import { grantConcerns } from "./grant-concerns.ts";

const groups = { sre: ["Wang.Fang", "li"] };

it.each([
  [["user:li"], "", true],
  [["user:li"], "li", true],
  [["user:li"], "user:li", true],
  [["user:lin"], "li", false],
  [["group:sre"], "wang.fang", true],
  [["group:sre"], "sre", true],
  [["group:dba"], "li", false],
  [["*"], "anybody", true],
  [["role:operator"], "operator", true],
])("grantConcerns(%j, %j) is %s", (who, asked, concerns) => {
  expect(grantConcerns({ who }, groups, asked)).toBe(concerns);
});

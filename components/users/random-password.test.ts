import { expect, it } from "vitest";
import { randomPassword } from "./random-password.ts";

it("is long, without letters that look like others, and never the same", () => {
  const passwords = Array.from({ length: 500 }, randomPassword);
  expect(new Set(passwords).size).toBe(500);
  for (const password of passwords) expect(password).toMatch(/^[a-km-np-zA-HJ-NP-Z2-9]{20}$/);
});

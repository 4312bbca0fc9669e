import { randomBytes } from "node:crypto";

/** A suffix that no other test has. Digits and letters a–f only, so that it fits every kind of name. */
export function unique(): string {
  return randomBytes(5).toString("hex");
}

import { hash, verify } from "@node-rs/argon2";
import { ProblemError } from "../platform/problem-error.ts";

/** argon2id with OWASP's first recommendation: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const passwordLength = { min: 10, max: 200 } as const;

export async function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** `passwordHash` undefined or "" (no such user, or none with a password) takes as long as a wrong password, and is always false. */
export async function verifyPassword(
  passwordHash: string | undefined,
  password: string,
): Promise<boolean> {
  if (password.length > passwordLength.max) return false;
  const known = await verify(passwordHash || nobodysHash, password);
  return Boolean(passwordHash) && known;
}

/** Of a random text that nobody knows, at the cost above. */
const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** @throws ProblemError invalid_request */
export function refuseWeakPassword(password: string): void {
  const { min, max } = passwordLength;
  if (password.length >= min && password.length <= max) return;
  throw new ProblemError("invalid_request", `A password has ${min} to ${max} characters.`, {
    issues: [{ path: "password", message: `${min} to ${max} characters` }],
  });
}

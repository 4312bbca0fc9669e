import { addressForLimits } from "../access/client-address.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { countUse, type RateLimit } from "../platform/rate-limit.ts";

/** Of one machine at one address. An honest one asks a few times in an hour. */
export const machineLimit: RateLimit = { points: 60, seconds: 60 };
/** Refusals of one address: thousands of honest machines may stand behind it. */
export const refusalLimit: RateLimit = { points: 600, seconds: 60 };

/**
 * For enrollment and tokens. Counted by machine and address together: nobody elsewhere can use up what
 * a machine may ask, and a whole site behind one address is not held up by its number. What is in
 * order is never refused for what others at the address did.
 * @throws ProblemError too_many_requests; else what the work throws
 */
export async function limitAdmission<T>(
  { machineId, address }: { machineId: string; address: string },
  work: () => Promise<T>,
): Promise<T> {
  const from = addressForLimits(address);
  const often = "This machine asks too often.";
  await countUse("machines", machineLimit, `${from} ${machineId}`, often);
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError && refusals.has(error.code))
      await countUse("refusals", refusalLimit, from, "Too many refused requests from here.");
    throw error;
  }
}

const refusals: ReadonlySet<string> = new Set([
  ...["enrollment_token_invalid", "unauthenticated", "machine_unknown", "machine_revoked"],
]);

import type { Services } from "../../lib/platform/services.ts";
import { UserError } from "../user-error.ts";

const patienceMs = 10_000;

/** @throws UserError naming the store of the environment that does not answer, and why. */
export async function reachStores({ pool, redis }: Services): Promise<void> {
  try {
    await pool.query("SELECT 1");
  } catch (error) {
    throw unreachable("The database", "DATABASE_URL", error);
  }
  try {
    await new Promise<void>((resolve, reject) => {
      if (redis.status === "ready") return resolve();
      const timer = setTimeout(() => reject(lastError), patienceMs);
      let lastError: Error = new Error(`no answer in ${patienceMs / 1000} s`);
      redis.on("error", (error: Error) => {
        lastError = error;
      });
      redis.once("ready", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    await redis.ping();
  } catch (error) {
    throw unreachable("Redis", "REDIS_URL", error);
  }
}

function unreachable(what: string, variable: string, error: unknown): UserError {
  const why = error instanceof Error ? error.message || String(error) : String(error);
  return new UserError(
    `${what} at ${variable} cannot be used: ${why}`,
    `Check ${variable} and that the server runs, or leave it out: then a private one is started.`,
    { cause: error },
  );
}

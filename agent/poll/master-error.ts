import type { ProblemCode } from "@contract/problem.ts";

/**
 * Why a request to the master came to nothing. "unreachable": no answer; "refused": it answered with
 * an error; "malformed": what came is not what the contract says, for example a portal's HTML page.
 */
export class MasterError extends Error {
  constructor(
    readonly kind: "unreachable" | "refused" | "malformed",
    message: string,
    readonly status: number | null = null,
    readonly code: ProblemCode | null = null,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = "MasterError";
  }
}

import type { ProblemCode } from "../contract/problem.ts";

export type InputIssue = {
  path: string;
  message: string;
  /** See Problem.issues. */
  code?: string;
  values?: Record<string, string | number>;
};

/**
 * An error with a code of the closed table: the only kind whose message may leave the process.
 * `detail` says to a person what happened and what to do.
 */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly issues: InputIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    extra: { issues?: InputIssue[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.code = code;
    this.issues = extra.issues;
    this.retryAfterSeconds = extra.retryAfterSeconds;
  }
}

import type { z } from "zod";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";

/** A refusal that says what is wrong and where; the first issue stands in the sentence. */
export function packageInvalid(issues: InputIssue[], cause?: unknown): ProblemError {
  const [first] = issues;
  const where = first?.path ? `${first.path}: ` : "";
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new ProblemError(
    "package_invalid",
    `The package is not valid. ${where}${first?.message ?? "unknown"}${more}`,
    { issues, cause },
  );
}

export function zodIssues(error: z.ZodError): InputIssue[] {
  return error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
}

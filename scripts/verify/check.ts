/** One quick check of `npm run verify`: it needs no store and takes seconds. */
export type Check = { name: string; run: () => Promise<CheckResult> };

export type CheckResult = {
  status: "passed" | "failed" | "skipped";
  /** What a person needs to read when it did not pass. */
  output: string;
};

export const passed: CheckResult = { status: "passed", output: "" };

export function failedWith(lines: string[]): CheckResult {
  return { status: "failed", output: lines.join("\n") };
}

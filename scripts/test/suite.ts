/** A test that failed, where it is and what it said. */
export type Failure = { test: string; message: string };

/** What a suite came to: counted by its own machine-readable report, not by reading its screen. */
export type Counts = { passed: number; failed: number; skipped: number };

export type Outcome = Counts & { failures: readonly Failure[] };

export type Suite = { name: string; run: () => Promise<Outcome> };

export type SuiteResult = Outcome & { name: string; seconds: number };

const linesOfMessage = 12;

/** A suite that ended badly, or that ran nothing, has failed, whatever its report counts. */
export function judge(outcome: Outcome, exitCode: number): Outcome {
  if (outcome.failed > 0) return outcome;
  const ranNothing = outcome.passed === 0;
  if (exitCode === 0 && !ranNothing) return outcome;
  const message = ranNothing
    ? "It ran nothing."
    : `It ended with code ${exitCode}, and no test of it failed: what was it that it printed?`;
  return { ...outcome, failed: 1, failures: [{ test: "the suite itself", message }] };
}

export function summaryLine(results: readonly Counts[]): string {
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum("skipped");
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

export function summaryTable(results: readonly SuiteResult[]): string {
  const rows = results.map((result) =>
    [
      result.name.padEnd(10),
      ...[result.passed, result.failed, result.skipped].map((count) => String(count).padStart(8)),
      `${Math.round(result.seconds)} s`.padStart(8),
    ].join(""),
  );
  return ["suite       passed  failed skipped    time", ...rows].join("\n");
}

/** Everything that failed, at the end, where a log that was cut short still has it. "" for nothing. */
export function failureList(results: readonly SuiteResult[]): string {
  const entries = results.flatMap(({ name, failures }) =>
    failures.map(({ test, message }) => {
      const lines = message.split("\n").slice(0, linesOfMessage);
      return [`✗ ${name}: ${test}`, ...lines.map((line) => `    ${line}`)].join("\n");
    }),
  );
  return entries.join("\n");
}

/** What a suite came to: counted by its own machine-readable report, not by reading its screen. */
export type Counts = { passed: number; failed: number; skipped: number };

export type Suite = { name: string; run: () => Promise<Counts> };

export type SuiteResult = Counts & { name: string; seconds: number };

/** A suite that ended badly, or that ran nothing, has failed, whatever its report counts. */
export function judge(counts: Counts, exitCode: number): Counts {
  const ranNothing = counts.passed + counts.failed === 0;
  const failed = counts.failed === 0 && (exitCode !== 0 || ranNothing) ? 1 : counts.failed;
  return { ...counts, failed };
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

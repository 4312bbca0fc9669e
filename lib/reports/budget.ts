/** What a version promises not to exceed. */
export type Budget = { cpuPercent?: number | undefined; rssMiB?: number | undefined };

/** A start may take more than the settled agent does: samples count when it has run for a while. */
export const settledMs = 60_000;

export function budgetText({ cpuPercent, rssMiB }: Budget): string {
  if (cpuPercent === undefined && rssMiB === undefined) return "";
  return `${cpuPercent ?? ""} ${rssMiB ?? ""}`;
}

import type { AgentIndex } from "../../lib/contract/agent-index.ts";

/** What people read at the end: one line for each archive. */
export function sizeTable({ archives, installers }: AgentIndex): string {
  const rows = archives.map(({ platform, mode, sizeBytes, unpackedBytes, sha256, file }) => [
    platform,
    mode,
    mebibytes(sizeBytes),
    mebibytes(unpackedBytes),
    sha256,
    file,
  ]);
  const scripts = installers.map(({ name, sha256, sizeBytes }) => [
    ...["any", "", mebibytes(sizeBytes), "", sha256],
    name,
  ]);
  const head = ["platform", "mode", "archive", "unpacked", "sha256", "file"];
  const all = [head, ...rows, ...scripts];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 1_048_576 ? 2 : 1)} MiB`;
}

import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { explainFileError, UserError } from "../user-error.ts";

/**
 * Makes a private folder.
 * @throws UserError when it cannot be made or written, or when its disk has less than freeBytesMin.
 */
export function prepareFolder(path: string, freeBytesMin = 0, mode = 0o700): void {
  try {
    mkdirSync(path, { recursive: true, mode });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explainFileError(error, path);
  }
  if (freeBytesMin === 0) return;
  const stats = statfsSync(path);
  const free = stats.bavail * stats.bsize;
  if (free < freeBytesMin)
    throw new UserError(
      `The disk that holds ${path} has ${mebibytes(free)} MiB free; ${mebibytes(freeBytesMin)} MiB are needed.`,
      "Make room, or choose another folder with IFRIT_DATA_DIR.",
    );
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}

/** A failure that a person can act on: what is wrong in one sentence, and the remedy. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** A UserError for the file-system failures that people meet, or the error itself. */
export function explainFileError(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new UserError(
      `No permission to write to ${path}.`,
      "Give this user the folder (chown), or choose another one with IFRIT_DATA_DIR.",
      { cause: error },
    );
  if (code === "ENOSPC" || code === "EDQUOT")
    return new UserError(`The disk that holds ${path} is full.`, "Make room, then run it again.", {
      cause: error,
    });
  if (code === "ENOTDIR" || code === "EEXIST")
    return new UserError(
      `${path} cannot be a folder: a file is in its way.`,
      "Move that file away, or choose another folder with IFRIT_DATA_DIR.",
      { cause: error },
    );
  return error;
}

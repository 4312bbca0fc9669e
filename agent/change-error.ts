import type { FailureReason } from "@contract/agent-state.ts";
import { TrustError } from "@contract/verify-refusal.ts";

/** A step on an agent failed for a reason that the fleet counts. */
export class ChangeError extends Error {
  constructor(
    readonly reason: FailureReason,
    message: string,
  ) {
    super(message.slice(0, 900));
    this.name = "ChangeError";
  }
}

/** The reason behind any error: a full disk and a broken one are told apart from a bug of ours. */
export function toChangeError(error: unknown): ChangeError {
  if (error instanceof ChangeError) return error;
  if (error instanceof TrustError)
    return new ChangeError("signature_invalid", `${error.reason}: ${error.message}`);
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: string } | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") return new ChangeError("disk_full", message);
  const ioCodes = [
    "EIO",
    "EROFS",
    "EACCES",
    "EPERM",
    "ENOENT",
    "EEXIST",
    "ENOTDIR",
    "EMFILE",
    "ENFILE",
  ];
  if (code !== undefined && ioCodes.includes(code)) return new ChangeError("io_error", message);
  return new ChangeError("internal", message);
}

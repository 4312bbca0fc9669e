/** What a command has to say: `data` for --json, `lines` for a person. */
export type Outcome = { data: Record<string, unknown>; lines: string[] };

/** Something given cannot be used. The message names the file and the reason. Exit code 1. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** For --json: a refusal of the contract, or "invalid_input". */
  readonly reason: string;

  constructor(message: string, reason = "invalid_input", options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What the process tells its caller; documented in every --help. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Another ifrit-agent holds the root. */
  locked: 3,
  /** There is no usable config.json: enroll first. */
  notConfigured: 4,
  /** The master refuses this machine or its enrollment token. */
  refused: 5,
  /** The master did not answer; `run` keeps trying. */
  unreachable: 6,
} as const;

export class CliError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = "CliError";
  }
}

export const exitCodeHelp = `Exit codes: 0 done · 1 failed · 2 wrong usage · 3 another ifrit-agent runs on this root
            4 not configured · 5 refused by the master · 6 the master cannot be reached`;

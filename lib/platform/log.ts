import pino, { type Logger } from "pino";

export type { Logger };

/** JSON lines on stdout. Secrets never reach them, whatever object is logged. */
export function openLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        "password",
        "token",
        "authorization",
        "cookie",
        "secret",
        "*.password",
        "*.token",
        "*.authorization",
        "*.cookie",
        "*.secret",
      ],
      censor: "[redacted]",
    },
  });
}

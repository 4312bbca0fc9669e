import { utcText } from "./utc-text.ts";

export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** One line per event on stderr: time, level, message, key=value. The service manager keeps the lines. */
export function createLog(write: (line: string) => void, nowMs: () => number): Log {
  const line = (level: string, message: string, fields: LogFields = {}) => {
    const pairs = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ` ${key}=${typeof value === "string" ? JSON.stringify(value) : value}`)
      .join("");
    write(`${utcText(nowMs())} ${level} ${message}${pairs}`);
  };
  return {
    info: (message, fields) => line("info", message, fields),
    warn: (message, fields) => line("warn", message, fields),
    error: (message, fields) => line("error", message, fields),
  };
}

/** With what is behind it: of a failed request the error itself says no more than that. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

export interface Finding {
  check: string;
  verdict: "ok" | "warning" | "failed";
  message: string;
  /** What to do about it; null when nothing is wrong. */
  remedy: string | null;
}

export function ok(check: string, message: string): Finding {
  return { check, verdict: "ok", message, remedy: null };
}

export function warning(check: string, message: string, remedy: string): Finding {
  return { check, verdict: "warning", message, remedy };
}

export function failed(check: string, message: string, remedy: string): Finding {
  return { check, verdict: "failed", message, remedy };
}

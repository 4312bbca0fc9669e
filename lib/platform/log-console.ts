import { format, stripVTControlCharacters } from "node:util";
import type { Logger } from "./log.ts";

const levels = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;

/** What libraries print (Next does) becomes lines of the log, so that stdout holds JSON and nothing else. */
export function logConsole(log: Logger): void {
  const from = log.child({ from: "console" });
  for (const [method, level] of Object.entries(levels) as [keyof typeof levels, "info"][])
    console[method] = (...values: unknown[]) => {
      const text = stripVTControlCharacters(format(...values)).trim();
      if (text) from[level](text);
    };
}

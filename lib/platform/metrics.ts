import { collectDefaultMetrics, Registry } from "prom-client";
import { processWide } from "./process-wide.ts";

/** The process's metrics: one registry, however often this module is loaded. */
export function metrics(): Registry {
  return processWide("metrics", () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return registry;
  });
}

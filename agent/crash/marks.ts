import type { BuiltPackage } from "../testing/build-package.ts";
import { sampleOf } from "../testing/sample-agent.ts";

/** A managed agent that notes when it begins and when it is told to end, in nanoseconds. */
export function markedSample(version: string): Promise<BuiltPackage> {
  const mark = (what: string) => `echo "${what} $(date +%s%N) ${version}" >>marks`;
  const script = [
    `trap '${mark("down")}; exit 0' TERM`,
    mark("up"),
    "while :; do sleep 0.1; done",
  ].join("\n");
  return sampleOf(version, script);
}

/** One that ends as soon as it has begun. */
export function brokenSample(version: string): Promise<BuiltPackage> {
  return sampleOf(version, "exit 7", { settleSeconds: 1 });
}

export interface Gaps {
  /** Milliseconds without the agent, one for each time that it was stopped and came again. */
  gapsMs: number[];
  /** How often it was started without having been told to end before: it died of something else. */
  unannounced: number;
}

/** Of the marks after the first `from` characters. */
export function readGaps(text: string): Gaps {
  const gaps: Gaps = { gapsMs: [], unannounced: 0 };
  let downAtMs: number | null = null;
  let runs = false;
  for (const line of text.trim().split("\n")) {
    const [what, at] = line.split(" ");
    const atMs = Number(at) / 1e6;
    if (what === "down") {
      downAtMs = atMs;
      runs = false;
    } else if (what === "up") {
      if (runs) gaps.unannounced++;
      if (downAtMs !== null) gaps.gapsMs.push(atMs - downAtMs);
      runs = true;
    }
  }
  return gaps;
}

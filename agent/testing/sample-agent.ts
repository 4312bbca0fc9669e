import type { AgentState } from "@contract/agent-state.ts";
import { type BuiltPackage, buildPackage } from "./build-package.ts";
import type { FakeMaster } from "./fake-master.ts";

export const loop = "while :; do sleep 0.2; done";

export function sampleOf(
  version: string,
  script = loop,
  overrides: Record<string, unknown> = {},
): Promise<BuiltPackage> {
  return buildPackage(
    { name: "sample", version, ...overrides },
    { "bin/sample": `#!/bin/sh\n${script}\n` },
  );
}

export function stateOf(
  master: FakeMaster,
  phase: string,
  version: string | null,
): () => AgentState | null {
  return () => {
    const state = master.states.get("sample");
    return state?.phase === phase && state.version === version ? state : null;
  };
}

export function isAlive(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch {
    return false;
  }
}

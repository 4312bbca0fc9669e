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

/** The state once it is as asked for; throws what it is instead, for whoever waits in vain. */
export function stateOf(
  master: FakeMaster,
  phase: string,
  version: string | null,
): () => AgentState {
  return () => {
    const state = master.states.get("sample");
    if (state?.phase === phase && state.version === version) return state;
    throw new Error(`it is ${JSON.stringify(state)}`);
  };
}

export function isAlive(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch {
    return false;
  }
}

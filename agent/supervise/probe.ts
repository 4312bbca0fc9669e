import type { LivenessSpec } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";
import { deadline } from "../platform/deadline.ts";
import { errorText } from "../platform/log.ts";
import { runCommand } from "./run-command.ts";
import type { RunIdentity } from "./run-identity.ts";

/** Null when the agent answers as its manifest says it must; otherwise what is wrong. */
export async function probe(
  ctx: AgentContext,
  spec: LivenessSpec,
  surroundings: {
    command(words: readonly string[]): string[];
    env: Record<string, string>;
    cwd: string;
    identity(): Promise<RunIdentity | null>;
  },
): Promise<string | null> {
  const timeoutMs = spec.timeoutSeconds * 1000;
  try {
    switch (spec.kind) {
      case "process":
        return null;
      case "tcp":
        return await probeTcp(spec.host, spec.port, timeoutMs);
      case "http":
        return await probeHttp(ctx.fetcher, spec.url, timeoutMs);
      case "command": {
        const result = await runCommand(ctx, {
          ...surroundings,
          identity: await surroundings.identity(),
          command: surroundings.command(spec.command),
          timeoutMs,
        });
        return result.success
          ? null
          : `the check ended with ${result.outcome}: ${result.output.slice(-300)}`;
      }
    }
  } catch (error) {
    return errorText(error);
  }
}

async function probeTcp(hostname: string, port: number, timeoutMs: number): Promise<string | null> {
  using late = deadline(timeoutMs);
  const connection = await Deno.connect({ hostname, port, signal: late.signal });
  connection.close();
  return null;
}

async function probeHttp(
  fetcher: typeof fetch,
  url: string,
  timeoutMs: number,
): Promise<string | null> {
  using late = deadline(timeoutMs);
  const response = await fetcher(url, { redirect: "manual", signal: late.signal });
  await response.body?.cancel();
  return response.status < 400 ? null : `${url} answered ${response.status}`;
}

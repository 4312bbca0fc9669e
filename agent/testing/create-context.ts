import { type AgentContext, rootIdOf } from "../context.ts";
import { DownloadPace } from "../install/download-pace.ts";
import { layoutOf, makeRootFolders } from "../layout.ts";
import { systemClock } from "../platform/clock.ts";
import { noFailpoint } from "../platform/failpoint.ts";
import { createLog } from "../platform/log.ts";
import { ShellProcessTable } from "../platform/process-table.ts";
import { ExitLog } from "../supervise/exit-log.ts";
import { membersOf } from "../supervise/members.ts";

export interface TestContext extends AgentContext, AsyncDisposable {
  lines: string[];
}

/** A context on a root of its own with real processes; the end of the test ends what it started. */
export async function createContext(overrides: Partial<AgentContext> = {}): Promise<TestContext> {
  const layout = layoutOf(await Deno.makeTempDir({ prefix: "ifrit-test-" }));
  await makeRootFolders(layout);
  const processes = new ShellProcessTable();
  const lines: string[] = [];
  const context: AgentContext = {
    layout,
    clock: systemClock,
    random: Math.random,
    log: createLog((line) => lines.push(line), Date.now),
    failpoint: noFailpoint,
    processes,
    cgroups: null,
    fetcher: fetch,
    downloadPace: new DownloadPace(systemClock, Math.random),
    platform: "linux-x64",
    bootId: await processes.bootId(),
    rootId: await rootIdOf(layout.root),
    onProcessEnd: () => {},
    exits: new ExitLog(),
    unwrittenRuns: new Map(),
    stopSignal: new AbortController().signal,
    guarded: false,
    ...overrides,
  };
  return { ...context, lines, [Symbol.asyncDispose]: () => endAll(context, processes) };
}

async function endAll(ctx: AgentContext, processes: ShellProcessTable): Promise<void> {
  for await (const { name } of Deno.readDir(ctx.layout.agents)) {
    for (let i = 0; i < 100; i++) {
      await ctx.cgroups?.kill(name);
      const members = await membersOf({ ...ctx, processes }, name, null);
      if (members.length === 0) break;
      await processes.signal("KILL", members);
    }
    await ctx.cgroups?.remove(name);
  }
  await processes.close();
  await Deno.remove(ctx.layout.root, { recursive: true });
}

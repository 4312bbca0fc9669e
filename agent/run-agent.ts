import type { MachineFacts } from "@contract/machine-facts.ts";
import { openCgroupTree } from "./cgroup/cgroup-tree.ts";
import { exitCode } from "./cli/exit-code.ts";
import { type AgentContext, rootIdOf } from "./context.ts";
import { endAllLeftHooks } from "./hooks/end-left-hooks.ts";
import type { AgentConfig } from "./identity/config.ts";
import { platformOf, readFacts } from "./identity/machine-facts.ts";
import { loadOrCreateKey } from "./identity/machine-key.ts";
import { DownloadPace } from "./install/download-pace.ts";
import { emptyTrash } from "./install/remove-agent.ts";
import type { Layout } from "./layout.ts";
import { systemClock } from "./platform/clock.ts";
import { failpointFromEnvironment } from "./platform/failpoint.ts";
import { createLog, errorText } from "./platform/log.ts";
import { ShellProcessTable } from "./platform/process-table.ts";
import { SystemShell } from "./platform/system-shell.ts";
import { DesiredDocument } from "./poll/desired-document.ts";
import { readKnownDesired } from "./poll/desired-store.ts";
import { MasterSession } from "./poll/master-session.ts";
import { Poller } from "./poll/poller.ts";
import { Reconciler, type ReconcilerTiming, reconcilerDefaults } from "./reconcile/reconciler.ts";
import { appliedEtag } from "./report/applied-etag.ts";
import { Reporter, stateDigestOf } from "./report/reporter.ts";
import { StatusFile } from "./report/status-file.ts";
import { handOverExitCode } from "./self/hand-over.ts";
import { settleVerdict } from "./self/settle-verdict.ts";
import { ExitLog } from "./supervise/exit-log.ts";
import { trustReport, trustStatus } from "./trust/describe-trust.ts";
import { fetchStatement } from "./trust/fetch-statements.ts";
import { ReleaseGate } from "./trust/release-gate.ts";
import { Trust } from "./trust/trust.ts";
import { ifritAgentVersion } from "./version.ts";

export interface RunOptions {
  layout: Layout;
  config: AgentConfig;
  pollMs: number;
  signal: AbortSignal;
  guarded: boolean;
  timing?: Partial<ReconcilerTiming>;
  /** Takes the log lines. */
  out(line: string): void;
}

/** Puts the parts together and runs them until the signal: check in, reconcile, report. Resolves to the exit code. */
export async function runAgent(options: RunOptions): Promise<number> {
  const { layout, config } = options;
  const stop = new AbortController();
  const { signal } = stop;
  options.signal.addEventListener("abort", () => stop.abort());
  let code: number = exitCode.ok;
  const ctx: AgentContext = await createContext(options, signal, () => reconciler.wake());
  ctx.log.info("ifrit-agent starts", {
    version: ifritAgentVersion,
    machine: config.machineId,
    root: layout.root,
  });
  await endAllLeftHooks(ctx);
  await emptyTrash(ctx).catch((error) =>
    ctx.log.warn("the trash cannot be emptied", { error: errorText(error) }),
  );
  await settleVerdict(ctx).catch((error) =>
    ctx.log.warn("the guard's verdict cannot be taken over", { error: errorText(error) }),
  );
  const facts = (): MachineFacts =>
    readFacts({ machineType: config.machineType, labels: config.labels, bootId: ctx.bootId });
  const key = await loadOrCreateKey(layout);
  const trust = await Trust.open(ctx, config);
  const session = new MasterSession(
    { layout, key, clock: ctx.clock, fetcher: ctx.fetcher, facts, trust },
    config,
  );
  const document = new DesiredDocument(
    ...([ctx, trust, () => fetchStatement(session), await readKnownDesired(layout)] as const),
  );

  const reporter: Reporter = new Reporter(ctx, session, {
    states: () => reconciler.states(),
    facts,
    trust: () => trustReport(trust),
  });
  const poller: Poller = new Poller(
    ctx,
    session,
    {
      onCheckIn: () => {
        if (poller.health.failures === 0) reporter.open();
        if (poller.health.failures === 0 && reporter.delivered) reconciler.noteHealthy();
        reconciler.wake();
      },
      onFullReportWanted: () => reporter.wantFull(),
      describe: async () => {
        const states = reconciler.states();
        return {
          stateDigest: await stateDigestOf(states),
          appliedEtag: appliedEtag(poller.desired, states),
        };
      },
    },
    trust,
    document,
    options.pollMs,
  );
  const gate = new ReleaseGate({
    ...{ ctx, session, trust },
    prove: () => poller.prove(),
    desired: () => poller.desired,
  });
  await gate.afterRestart();
  const status = new StatusFile(ctx, config.machineId, () => ({
    states: reconciler.states(),
    health: poller.health,
    grant: poller.grant,
    enrollment: session.enrollment,
    clusterId: session.clusterId,
    trust: trustStatus(trust),
  }));
  const reconciler: Reconciler = new Reconciler(
    ctx,
    {
      session,
      gate,
      desired: () => poller.desired,
      grant: () => poller.grant,
      confirm: (change) => poller.confirm(change),
      noteRemoved: (name) => reporter.noteRemoved(name),
      endForHandOver: () => {
        code = handOverExitCode;
        stop.abort();
      },
      endForGuard: () => stop.abort(),
      onChange: () => {
        reporter.wake();
        status.wake();
      },
    },
    { ...reconcilerDefaults, ...options.timing },
  );
  await reconciler.round(signal);
  await Promise.all([
    poller.run(signal),
    reconciler.run(signal),
    reporter.run(signal),
    status.run(signal),
  ]);
  ctx.log.info("ifrit-agent ends; the agents go on");
  return code;
}

async function createContext(
  options: RunOptions,
  stopSignal: AbortSignal,
  onProcessEnd: () => void,
): Promise<AgentContext> {
  const shell = new SystemShell();
  const processes = new ShellProcessTable(shell);
  const rootId = await rootIdOf(options.layout.root);
  const log = createLog(options.out, () => systemClock.wallMs());
  const { tree, because } = await openCgroupTree(shell, rootId);
  const controllers = tree === null ? undefined : [...tree.controllers].join(" ");
  if (tree === null) log.info("agents run without control groups", { because });
  else log.info("agents run in control groups of their own", { controllers });
  return {
    layout: options.layout,
    clock: systemClock,
    random: Math.random,
    log,
    failpoint: failpointFromEnvironment(),
    processes,
    cgroups: tree,
    fetcher: fetch,
    downloadPace: new DownloadPace(systemClock, Math.random, options.config.downloads),
    platform: platformOf(Deno.build),
    bootId: await processes.bootId(),
    rootId,
    onProcessEnd,
    exits: new ExitLog(),
    unwrittenRuns: new Map(),
    stopSignal,
    guarded: options.guarded,
  };
}

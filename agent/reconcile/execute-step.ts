import type { AgentContext } from "../context.ts";
import { cleanUp } from "../install/clean-up.ts";
import { downloadPackage } from "../install/download-package.ts";
import { installVersion } from "../install/install-version.ts";
import { removeAgent } from "../install/remove-agent.ts";
import {
  resumeRollback,
  resumeWatch,
  type SwitchHooks,
  switchVersion,
} from "../install/switch-version.ts";
import { repairVersion } from "../integrity/repair-version.ts";
import { readRecord, updateRecord } from "../plan/agent-record.ts";
import type { Step } from "../plan/step.ts";
import type { MasterSession } from "../poll/master-session.ts";
import type { WantedChange } from "../poll/poller.ts";
import type { Activity } from "../report/derive-agent-state.ts";
import { handOver } from "../self/hand-over.ts";
import { warmUp } from "../self/warm-up.ts";
import type { Supervision } from "../supervise/supervision.ts";
import type { ReleaseGate } from "../trust/release-gate.ts";
import { leaveVersion } from "./leave-version.ts";
import { prepareSwitch } from "./prepare-switch.ts";
import { finishInterruptedStart, startAgain } from "./start-again.ts";

/** What a step may use besides the machine itself. */
export interface StepSurroundings {
  ctx: AgentContext;
  session: MasterSession;
  gate: ReleaseGate;
  supervision: Supervision;
  /** Asks the master once more whether the change is still wanted. */
  confirm(change: WantedChange): Promise<boolean>;
  show(name: string, activity: Activity): void;
  noteRemoved(name: string): void;
  noteRepaired(name: string): void;
  /** Ends this ifrit-agent so that the guard can try another. */
  endForHandOver(): void;
  signal: AbortSignal;
}

type Executors = {
  [K in Step["kind"]]: (
    around: StepSurroundings,
    step: Extract<Step, { kind: K }>,
  ) => Promise<void>;
};

const executors: Executors = {
  install,
  switch: switchTo,
  resumeWatch: finishWatch,
  resumeRollback: ({ ctx }, { name }) => resumeRollback(ctx, name),
  abandonChange: async ({ ctx }, { name }) => {
    await updateRecord(ctx.layout.agent(name), { change: null });
  },
  adoptRelease: async ({ ctx }, { name, releaseId }) => {
    await updateRecord(ctx.layout.agent(name), { releaseId, failure: null });
  },
  handOver: async (around, { name, to, releaseId }) => {
    const wanted = async () =>
      (await around.confirm({ name, releaseId, version: to })) &&
      (await around.gate.beforeSwitch(name, to));
    if (!(await wanted())) return;
    // That runs the version's own code and takes its time: all is asked before it and after it.
    await warmUp(around.ctx, to);
    if (!(await wanted())) return;
    await handOver(around.ctx, to, releaseId);
    around.endForHandOver();
  },
  noteUnguarded: async ({ ctx }, { name, version }) => {
    const message =
      "no guard watches over ifrit-agent here: start it with `ifrit-agent guard`, as the service does, to let it upgrade itself";
    await updateRecord(ctx.layout.agent(name), {
      failure: { reason: "internal", message, version },
    });
  },
  noteConflict: async ({ ctx }, { name, version }) => {
    const message = `version ${version} is installed with other bytes than the release has; give changed bytes a new version`;
    await updateRecord(ctx.layout.agent(name), {
      failure: { reason: "digest_mismatch", message, version },
    });
  },
  repair,
  backOut: leaveVersion,
  finishStart: ({ ctx }, { name }) => finishInterruptedStart(ctx, name),
  start,
  restart,
  uninstall,
  cleanUp: ({ ctx }, { name, versions }) => cleanUp(ctx, name, versions),
};

export function executeStep<K extends Step["kind"]>(
  around: StepSurroundings,
  step: Extract<Step, { kind: K }>,
): Promise<void> {
  const execute = executors[step.kind] as (around: StepSurroundings, step: Step) => Promise<void>;
  return execute(around, step);
}

async function install(
  around: StepSurroundings,
  step: Extract<Step, { kind: "install" }>,
): Promise<void> {
  const { ctx, session, signal } = around;
  const { name, version, releaseId } = step;
  const shown = { targetVersion: version, releaseId, downloadPercent: null };
  around.show(name, { ...shown, phase: "downloading", downloadPercent: 0 });
  const signed = await around.gate.beforeInstall({ name, version, ref: step.package });
  if (signed === "notNow") return;
  const archive = await downloadPackage(ctx, {
    session,
    cache: ctx.layout.agent(name).cache,
    ref: step.package,
    signal,
    onProgress: (downloadPercent) =>
      around.show(name, { ...shown, phase: "downloading", downloadPercent }),
  });
  around.show(name, { ...shown, phase: "verifying" });
  await installVersion(ctx, { name, version, ref: step.package, archive, signed });
}

async function switchTo(
  around: StepSurroundings,
  step: Extract<Step, { kind: "switch" }>,
): Promise<void> {
  const { ctx, signal } = around;
  const { name, from, to, releaseId } = step;
  const wanted = async () =>
    (await around.confirm({ name, releaseId, version: to })) &&
    (await around.gate.beforeSwitch(name, to));
  // A hook is the version's own code, and takes its time: all is asked before it and after it.
  if (!(await wanted()) || ((await prepareSwitch(ctx, step)) && !(await wanted()))) {
    ctx.log.info("the switch is not wanted any more, or not now", { agent: name, version: to });
    return;
  }
  await switchVersion(
    ctx,
    name,
    { from, to, releaseId },
    hooksFor(around, name, to, releaseId, signal),
  );
  await around.gate.afterCommit(name);
  await cleanUp(ctx, name, []);
}

async function finishWatch(
  around: StepSurroundings,
  { name }: Extract<Step, { kind: "resumeWatch" }>,
): Promise<void> {
  const { change } = await readRecord(around.ctx.layout.agent(name));
  if (change === null) return;
  await resumeWatch(
    around.ctx,
    name,
    hooksFor(around, name, change.to, change.releaseId, around.signal),
  );
  await around.gate.afterCommit(name);
}

function hooksFor(
  around: StepSurroundings,
  name: string,
  to: string,
  releaseId: number,
  signal: AbortSignal,
): SwitchHooks {
  return {
    signal,
    onPhase: (phase) =>
      around.show(name, { phase, targetVersion: to, releaseId, downloadPercent: null }),
  };
}

async function repair(
  around: StepSurroundings,
  { name, version, files }: Extract<Step, { kind: "repair" }>,
): Promise<void> {
  const { ctx, session, signal } = around;
  const shown = { targetVersion: version, releaseId: null, downloadPercent: null };
  around.show(name, { ...shown, phase: "verifying" });
  const repaired = await repairVersion(ctx, { name, version, session, signal });
  const named = (repaired.length > 0 ? repaired : files).slice(0, 5).join(", ");
  const message = `${repaired.length} files were not as in the package and have been put back: ${named}`;
  await updateRecord(ctx.layout.agent(name), {
    lastRepair: { atMs: Math.round(ctx.clock.wallMs()), message: message.slice(0, 1000) },
  });
  around.noteRepaired(name);
}

async function start(
  { ctx, supervision }: StepSurroundings,
  { name }: Extract<Step, { kind: "start" }>,
): Promise<void> {
  await startAgain(ctx, name, supervision.ended(name));
}

async function restart(
  { ctx, supervision }: StepSurroundings,
  { name, because }: Extract<Step, { kind: "restart" }>,
): Promise<void> {
  const ended = supervision.ended(name);
  ctx.log.warn("agent is restarted", { agent: name, because });
  const fault = because === "liveness" ? 1 : 0;
  await startAgain(
    ctx,
    name,
    ended && { ...ended, restarts: ended.restarts + fault, crashes: ended.crashes + fault },
  );
}

async function uninstall(
  around: StepSurroundings,
  step: Extract<Step, { kind: "uninstall" }>,
): Promise<void> {
  const { name, releaseId } = step;
  if (!(await around.confirm({ name, releaseId, version: null }))) return;
  around.show(name, { phase: "removing", targetVersion: null, releaseId, downloadPercent: null });
  await removeAgent(around.ctx, name);
  around.noteRemoved(name);
}

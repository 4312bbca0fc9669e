import type { AgentState } from "../../../lib/contract/agent-state.ts";
import { agentPaths } from "../../../lib/contract/headers.ts";
import type { ReportRequest } from "../../../lib/contract/report.ts";
import { fateOf } from "../behaviour/fate.ts";
import { sampleAgent } from "../behaviour/sample-agent.ts";
import type { Answer } from "../http/answer.ts";
import { problemOf } from "../http/master-client.ts";
import { factsOf, simulatedAgentVersion } from "../machine/describe-machine.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { backoffMs } from "./backoff.ts";
import { countError } from "./tally.ts";
import { scaled, type World } from "./world.ts";

/** As ifrit-agent's: a burst of changes becomes one report, and samples are told without a change too. */
const gapMs = 500;
const samplesEveryMs = 300_000;
const limits = { baseMs: 2_000, capMs: 60_000 };

/** Tells the master how the agents stand: all of them first and when asked, otherwise what changed. */
export function sendReport(world: World, machine: SimMachine, nowMs: number): void {
  const states = machine.agents.map((agent) => agent.state);
  const { removed } = machine;
  const full = machine.fullReportWanted;
  const samplesDue = machine.sampleDueMs <= nowMs;
  const told =
    full || samplesDue ? states : states.filter((state) => !machine.reported.includes(state));
  machine.sequence = Math.max(machine.sequence + 1, Math.floor(nowMs));
  const report: ReportRequest = {
    schema: 1,
    sequence: machine.sequence,
    kind: full ? "full" : "changed",
    ifritAgentVersion: simulatedAgentVersion,
    stateDigest: world.digests.of(machine),
    agents: told.map((state) => withSamples(world, machine, state, nowMs)),
    removed: removed.filter((name) => !states.some((state) => state.name === name)),
    ...(full ? { facts: factsOf(machine, world.options.name) } : {}),
  };
  machine.reporting = true;
  machine.fullReportWanted = false;
  void world.client.post(agentPaths.report, report, machine.token).then((answer) => {
    machine.reporting = false;
    if (world.stopping.aborted) return;
    if (answer?.status === 202 || answer?.status === 200) {
      acknowledged(world, machine, { states, removed, nowMs });
    } else {
      machine.fullReportWanted ||= full;
      postpone(world, machine, answer);
    }
    world.attend(machine);
  });
}

function withSamples(world: World, machine: SimMachine, state: AgentState, nowMs: number) {
  const { options, random } = world;
  const player = { seed: options.seed, machine: machine.index };
  const fate = fateOf(options.behaviours, player, state.name, state.version ?? "");
  const ageMs = Math.max(0, nowMs - (state.startedAtMs ?? nowMs)) * options.timeScale;
  return { ...state, ...sampleAgent(state, { ...player, random }, fate, ageMs) };
}

function acknowledged(
  world: World,
  machine: SimMachine,
  sent: { states: readonly AgentState[]; removed: readonly string[]; nowMs: number },
): void {
  world.tally.reports += 1;
  machine.reported = sent.states;
  if (sent.removed.length > 0)
    machine.removed = machine.removed.filter((name) => !sent.removed.includes(name));
  machine.reportFailures = 0;
  machine.reportNotBeforeMs = sent.nowMs + scaled(world, gapMs);
  const jitter = 0.9 + 0.2 * world.random();
  machine.sampleDueMs = sent.nowMs + scaled(world, samplesEveryMs * jitter);
}

function postpone(world: World, machine: SimMachine, answer: Answer | null): void {
  countError(world.tally, answer ? `report ${problemOf(answer).code}` : "report no_answer");
  machine.reportFailures += 1;
  const waitMs = backoffMs(machine.reportFailures, limits, answer, world.random);
  machine.reportNotBeforeMs = world.now() + waitMs;
  // The next check-in asks for a new token.
  if (answer?.status === 401) {
    machine.token = null;
    machine.pollDueMs = world.now();
  }
}

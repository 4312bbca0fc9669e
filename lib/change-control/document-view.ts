import { ChangeRules } from "../contract/change-rules.ts";
import { type DesiredAgent, DesiredState } from "../contract/desired-state.ts";
import type { DesiredDocument } from "../desired-state/compose-desired-state.ts";
import { ifritAgentName } from "../releases/engine/change-permission.ts";
import { type ChangePolicy, stoppedKey } from "./change-control.ts";
import { knownBadValues } from "./wanted-changes.ts";

/** What change control has to say about a document before it knows which machine asks. */
export type DocumentView = {
  policy: ChangePolicy;
  agents: readonly DesiredAgent[];
  rules: ChangeRules;
  /** Some machine of the cluster could be refused: the machine itself has to be looked at. */
  needsMachine: boolean;
  /** How many are changing matters, or what a machine is changing. */
  needsPlaces: boolean;
};

const noRules = ChangeRules.parse({});
const agentsOf = new WeakMap<DesiredDocument, readonly DesiredAgent[]>();
const views = new WeakMap<DesiredDocument, DocumentView>();

/** Worked out once per document and policy, not per check-in. */
export function documentView(
  policy: ChangePolicy,
  clusterId: string,
  document: DesiredDocument,
): DocumentView {
  const held = views.get(document);
  if (held?.policy === policy) return held;
  const agents =
    agentsOf.get(document) ?? DesiredState.parse(JSON.parse(document.bytes.toString())).agents;
  agentsOf.set(document, agents);
  const rules = policy.rules.get(clusterId) ?? noRules;
  const upgradesItself = agents.length > 1 && agents.some(({ name }) => name === ifritAgentName);
  const needsPlaces =
    upgradesItself ||
    rules.changingMax !== null ||
    rules.rollBackChangingMax !== null ||
    rules.secondsBetweenChanges > 0;
  const needsMachine =
    needsPlaces ||
    rules.windows.length > 0 ||
    policy.holds.length > 0 ||
    policy.freezes.some((freeze) => freeze.clusterId === null || freeze.clusterId === clusterId) ||
    agents.some(({ releaseId }) => policy.stopped.has(stoppedKey(clusterId, releaseId))) ||
    agents.some((agent) => knownBadValues(policy, clusterId, agent) !== null);
  const view = { policy, agents, rules, needsMachine, needsPlaces };
  views.set(document, view);
  return view;
}

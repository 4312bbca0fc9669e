/**
 * Where everything lies under the root. One file system, so that a rename publishes atomically.
 *
 *   config.json                what `enroll` wrote
 *   lock                       flock: one ifrit-agent per root
 *   identity/                  key.json (0600), counter.json with counter.reserve beside it
 *   state/                     desired.json, sequence.json, status.json; root.json and floors.json
 *                              once this machine checks signatures
 *   trash/                     folders on their way out
 *   self/                      between ifrit-agent and its guard
 *   deno/                      Deno's own notes (service/permission-flags.ts)
 *   agents/<name>/
 *     current -> versions/<version>
 *     versions/<version>/      manifest.json, origin.json, files/…
 *     staging/                 a version being unpacked
 *     cache/                   <sha256>.part, <sha256>.tar.gz
 *     record.json  run.json    the journal and the running process
 *     data/  logs/
 */
export interface AgentLayout {
  dir: string;
  current: string;
  versions: string;
  version(version: string): string;
  staging: string;
  cache: string;
  record: string;
  run: string;
  data: string;
  logs: string;
  log: string;
}

export interface Layout {
  root: string;
  config: string;
  lock: string;
  identity: string;
  key: string;
  counter: string;
  state: string;
  desired: string;
  sequence: string;
  status: string;
  /** Whom this machine believes, and what it has seen; see trust/trust.ts. */
  trust: { root: string; floors: string };
  trash: string;
  /** What ifrit-agent and its guard tell each other; see service/ifrit-guard.sh. */
  self: Record<"dir" | "trial" | "healthy" | "heartbeat" | "verdict" | "guard", string>;
  agents: string;
  agent(name: string): AgentLayout;
}

export function layoutOf(root: string): Layout {
  const agents = `${root}/agents`;
  return {
    root,
    config: `${root}/config.json`,
    lock: `${root}/lock`,
    identity: `${root}/identity`,
    key: `${root}/identity/key.json`,
    counter: `${root}/identity/counter.json`,
    state: `${root}/state`,
    desired: `${root}/state/desired.json`,
    sequence: `${root}/state/sequence.json`,
    status: `${root}/state/status.json`,
    trust: { root: `${root}/state/root.json`, floors: `${root}/state/floors.json` },
    trash: `${root}/trash`,
    self: {
      dir: `${root}/self`,
      trial: `${root}/self/trial`,
      healthy: `${root}/self/healthy`,
      heartbeat: `${root}/self/heartbeat`,
      verdict: `${root}/self/verdict`,
      guard: `${root}/self/guard`,
    },
    agents,
    agent: (name) => agentLayout(`${agents}/${name}`),
  };
}

function agentLayout(dir: string): AgentLayout {
  return {
    dir,
    current: `${dir}/current`,
    versions: `${dir}/versions`,
    version: (version) => `${dir}/versions/${version}`,
    staging: `${dir}/staging`,
    cache: `${dir}/cache`,
    record: `${dir}/record.json`,
    run: `${dir}/run.json`,
    data: `${dir}/data`,
    logs: `${dir}/logs`,
    log: `${dir}/logs/agent.log`,
  };
}

export async function makeRootFolders(layout: Layout): Promise<void> {
  await Deno.mkdir(layout.root, { recursive: true, mode: 0o755 });
  for (const [path, mode] of [
    [layout.identity, 0o700],
    [layout.state, 0o700],
    [layout.trash, 0o700],
    [layout.self.dir, 0o700],
    [layout.agents, 0o755],
  ] as const) {
    await Deno.mkdir(path, { recursive: true, mode });
  }
}

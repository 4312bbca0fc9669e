export interface AgentGrants {
  /** ifrit-agent's root folder: all that it may write, and nearly all that it may read. */
  root: string;
  masterUrl: string;
  /** More hosts that it may talk to: a package store that the master redirects to, a probe of another address. */
  hosts?: readonly string[];
  /** More files that it may read, for `enroll --token-file`. */
  read?: readonly string[];
}

const systemFiles = [
  "/etc/machine-id",
  "/var/lib/dbus/machine-id",
  "/.dockerenv",
  "/run/.containerenv",
];

/**
 * The narrowest permissions that ifrit-agent works with. Programs are only ever started through /bin/sh
 * (see agent/supervise/launch.ts); no FFI, no remote code, no other variable than its own.
 */
export function permissionFlags(grants: AgentGrants): string[] {
  const master = new URL(grants.masterUrl).host;
  const list = (values: readonly string[]) =>
    values.map((value) => value.replaceAll(",", ",,")).join(",");
  return [
    "--no-prompt",
    `--allow-read=${list([grants.root, ...systemFiles, ...(grants.read ?? [])])}`,
    `--allow-write=${list([grants.root])}`,
    `--allow-net=${list([master, "127.0.0.1", "localhost", "[::1]", ...(grants.hosts ?? [])])}`,
    "--allow-run=/bin/sh",
    "--allow-sys=hostname,osRelease,networkInterfaces,statfs",
    "--allow-env=IFRIT_ENROLLMENT_TOKEN",
  ];
}

/** Nothing is looked up or fetched: the bundle is the whole program. */
const offlineFlags = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only"];

export function denoFlags(grants: AgentGrants): string[] {
  return [...offlineFlags, ...permissionFlags(grants)];
}

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

/**
 * ifrit-agent mostly waits, so memory counts more than speed: a small young generation, no optimised
 * code, collections from 4 MiB on and then whenever some 3 MiB have come together (the balancer is of
 * Kirisame et al., "Optimal heap limits for reducing browser memory use", 2022; otherwise it is 8), and
 * each of them gives back what it has freed.
 */
const v8Flags = [
  ...["--max-semi-space-size=1", "--lite-mode"],
  ...["--initial-heap-size=4", "--initial-old-space-size=4"],
  ...["--memory-balancer", "--compact-on-every-full-gc"],
  // No permission of Deno's keeps a program from making code out of text.
  "--disallow-code-generation-from-strings",
];
const memoryFlags = [`--v8-flags=${v8Flags.join(",")}`];

/**
 * Read from disk at each start, V8's code would stay in memory beside what comes of it: 0.6 MiB for a
 * start that is 20 ms shorter.
 */
const cacheFlags = ["--no-code-cache"];

/**
 * What Deno is told by its environment. Without the first it asks its own download host for a newer Deno
 * at each start, from every machine; without the second a package.json above our folder has a say. One
 * arena for all threads is 0.5 MiB less on glibc, others do not know the word.
 */
export const denoEnvironment: Readonly<Record<string, string>> = {
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PACKAGE_JSON: "1",
  MALLOC_ARENA_MAX: "1",
};

/** Below the root: what Deno noted of a program that it has read. It may be removed at any time. */
export const denoFolder = "deno";

/** Nothing is looked up or fetched: the bundle is the whole program. */
const offlineFlags = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only"];

export function denoFlags(grants: AgentGrants): string[] {
  return [...offlineFlags, ...cacheFlags, ...memoryFlags, ...permissionFlags(grants)];
}

/**
 * For `deno compile`, which fixes them when the program is built. Root and master are not known then, so
 * files and hosts are granted as a whole; the rest is as narrow as above.
 */
export function compileFlags(): string[] {
  const narrow = permissionFlags({ root: "/", masterUrl: "http://localhost" });
  const wide = narrow.map((flag) => flag.replace(/^(--allow-(?:read|write|net))=.*/s, "$1"));
  return [...offlineFlags.filter((flag) => flag !== "--cached-only"), ...memoryFlags, ...wide];
}

/** Called at each named point of a change, so that a test can end the process exactly there. */
export type Failpoint = (name: string) => void;

export const noFailpoint: Failpoint = () => {};

// A release bundle defines this as false, and the bundler then drops the branch.
declare const IFRIT_FAILPOINTS_ENABLED: boolean | undefined;

/** The failpoint named by IFRIT_FAILPOINT ends the process as kill -9 would; a release has none. */
export function failpointFromEnvironment(): Failpoint {
  if (typeof IFRIT_FAILPOINTS_ENABLED !== "undefined" && !IFRIT_FAILPOINTS_ENABLED) {
    return noFailpoint;
  }
  const wanted = readEnvironment("IFRIT_FAILPOINT");
  if (!wanted) return noFailpoint;
  return (name) => {
    if (name !== wanted) return;
    new Deno.Command("/bin/sh", { args: ["-c", "kill -9 $PPID"] }).outputSync();
  };
}

function readEnvironment(name: string): string | undefined {
  const permission = Deno.permissions.querySync({ name: "env", variable: name });
  return permission.state === "granted" ? Deno.env.get(name) : undefined;
}

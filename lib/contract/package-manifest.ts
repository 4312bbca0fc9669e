import { z } from "zod";
import { AgentName, AgentVersion, Sha256 } from "./names.ts";
import { Platform } from "./platform.ts";

/** The manifest's name inside an archive. It is the archive's first entry. */
export const manifestEntryName = "manifest.json";

/** Every payload path in an archive begins with this folder. */
export const payloadFolder = "files/";

/**
 * A payload path: relative to the payload folder, forward slashes, no empty, "." or ".." segment,
 * no backslash, colon or control character (Windows would read them as something else).
 */
export const PayloadPath = z
  .string()
  .min(1)
  .max(240)
  .refine((path) => path.split("/").every(isSafeSegment), "not a plain relative path");

function isSafeSegment(segment: string): boolean {
  return segment !== "" && segment !== "." && segment !== ".." && !/[\\:\p{Cc}]/u.test(segment);
}

export const PackageFile = z.object({
  path: PayloadPath,
  /** Bytes. */
  size: z.number().int().nonnegative(),
  sha256: Sha256,
  executable: z.boolean(),
});
export type PackageFile = z.infer<typeof PackageFile>;

/** Arguments are passed as they are: no shell. A first argument with a slash is relative to the payload. */
const Command = z.array(z.string().max(4096)).min(1).max(64);

export const StartSpec = z.object({
  command: Command,
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(8192)).default({}),
});

export const StopSpec = z.object({
  signal: z.enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"]).default("SIGTERM"),
  /** After this the process group is killed. */
  timeoutSeconds: z.number().int().min(1).max(300).default(10),
});

const probeTiming = {
  intervalSeconds: z.number().int().min(1).max(3600).default(10),
  timeoutSeconds: z.number().int().min(1).max(60).default(3),
  /** Consecutive failures until the agent counts as dead and is restarted. */
  failureThreshold: z.number().int().min(1).max(100).default(3),
};

/** How ifrit-agent learns whether a managed agent is alive. "process": it has not exited. */
export const LivenessSpec = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("process"), ...probeTiming }),
  z.object({
    kind: z.literal("tcp"),
    host: z.string().default("127.0.0.1"),
    port: z.number().int().min(1).max(65535),
    ...probeTiming,
  }),
  z.object({
    kind: z.literal("http"),
    /** Answered with a status below 400: alive. */
    url: z.url({ protocol: /^http$/ }),
    ...probeTiming,
  }),
  z.object({ kind: z.literal("command"), command: Command, ...probeTiming }),
]);
export type LivenessSpec = z.infer<typeof LivenessSpec>;

/** What the version promises not to exceed, with its child processes. */
export const ResourceBudget = z.object({
  /** Per cent of one core. */
  cpuPercent: z.number().positive().max(12_800).optional(),
  rssMiB: z.number().positive().max(1_048_576).optional(),
});

const UnixName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "not the name of a user or group");

/** As whom and within what the agent's processes run. Without it: as ifrit-agent itself. */
export const RunSpec = z.strictObject({
  /** A name that the machine knows. Its supplementary groups go with it. */
  user: UnixName,
  /** In place of the user's own group. */
  group: UnixName.optional(),
  umask: z
    .string()
    .regex(/^0?[0-7]{3}$/, "three octal digits")
    .default("022"),
  openFilesMax: z.number().int().min(16).max(1_048_576).optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

const hook = {
  command: Command,
  /** After this the hook and all that it started are killed, and it counts as failed. */
  timeoutSeconds: z.number().int().min(1).max(300).default(30),
  /** The user that `run` names, or the one that ifrit-agent itself runs as. */
  runAs: z.enum(["agent", "ifrit-agent"]).default("agent"),
};

/** Refuses or undoes the step that it belongs to, unless it says "continue". */
const DecidingHook = z.strictObject({
  ...hook,
  onFailure: z.enum(["fail", "continue"]).default("fail"),
});

/** What leaves a machine must not be able to hold up its leaving: a failure is only reported. */
const LeavingHook = z.strictObject(hook);

/** Commands of the package that run around the steps of its life; docs/package-format.md says when. */
export const HooksSpec = z.strictObject({
  beforeInstall: DecidingHook.optional(),
  afterInstall: DecidingHook.optional(),
  beforeStart: DecidingHook.optional(),
  afterStart: DecidingHook.optional(),
  beforeStop: LeavingHook.optional(),
  afterStop: LeavingHook.optional(),
  beforeUninstall: LeavingHook.optional(),
  afterUninstall: LeavingHook.optional(),
});
export type HooksSpec = z.infer<typeof HooksSpec>;
export type HookName = keyof HooksSpec;
export const hookNames = Object.keys(HooksSpec.shape) as HookName[];

/** What a package author writes (manifest without what the packaging tool computes). */
export const PackageSource = z.object({
  /** 2 is needed for `run` and `hooks`: an ifrit-agent that knows neither refuses it instead of ignoring them. */
  schema: z.literal([1, 2]),
  name: AgentName,
  version: AgentVersion,
  description: z.string().max(500).default(""),
  platforms: z.array(Platform).min(1),
  start: StartSpec,
  stop: StopSpec.default({ signal: "SIGTERM", timeoutSeconds: 10 }),
  liveness: LivenessSpec.default({
    kind: "process",
    intervalSeconds: 10,
    timeoutSeconds: 3,
    failureThreshold: 3,
  }),
  /** How long a freshly started version must stay alive before the switch is committed. */
  settleSeconds: z.number().int().min(0).max(600).default(3),
  budget: ResourceBudget.optional(),
  run: RunSpec.optional(),
  hooks: HooksSpec.optional(),
});
export type PackageSource = z.infer<typeof PackageSource>;

/** manifest.json: one version of an agent for the platforms that its bytes run on. */
export const PackageManifest = PackageSource.extend({
  files: z.array(PackageFile).min(1).max(20_000),
}).refine(
  (manifest) =>
    new Set(manifest.files.map((file) => file.path.toLowerCase())).size === manifest.files.length,
  "two files have the same path (upper and lower case count as the same)",
);
export type PackageManifest = z.infer<typeof PackageManifest>;

/** What the fields must keep beyond their own shapes. */
export function manifestRuleIssues(
  manifest: Pick<PackageManifest, "schema" | "name" | "run" | "hooks">,
): { path: string; message: string }[] {
  const given = (["run", "hooks"] as const).filter((field) => manifest[field] !== undefined);
  return given.flatMap((path) => [
    ...(manifest.schema < 2 ? [{ path: "schema", message: `${path} needs schema: 2` }] : []),
    ...(manifest.name === "ifrit-agent"
      ? [{ path, message: "ifrit-agent's own package has none: its guard starts it" }]
      : []),
  ]);
}

/** Each command that names a program, with its place in the manifest. */
export function commandsOf(
  manifest: Pick<PackageManifest, "start" | "liveness" | "hooks">,
): { path: string; command: readonly string[] }[] {
  const { start, liveness, hooks } = manifest;
  const ofHooks = hookNames.map((name) => ({
    path: `hooks.${name}.command.0`,
    command: hooks?.[name]?.command,
  }));
  return [
    { path: "start.command.0", command: start.command },
    {
      path: "liveness.command.0",
      command: liveness.kind === "command" ? liveness.command : undefined,
    },
    ...ofHooks,
  ].filter((one): one is { path: string; command: string[] } => one.command !== undefined);
}

/** Caps that console and ifrit-agent both enforce. */
export const packageLimits = {
  archiveBytesMax: 512 * 1024 * 1024,
  unpackedBytesMax: 2 * 1024 * 1024 * 1024,
  manifestBytesMax: 4 * 1024 * 1024,
  filesMax: 20_000,
} as const;

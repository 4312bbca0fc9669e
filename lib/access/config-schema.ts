import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { Permission } from "./permissions.ts";

/** A name, or the beginning of one and "*". */
const Pattern = z
  .string()
  .regex(/^[A-Za-z0-9._@-]*\*?$/, 'a name, or its beginning and "*"')
  .min(1);
const Patterns = z.array(Pattern).min(1).default(["*"]);
const Subject = z
  .string()
  .regex(
    /^(\*|(user|group|role):[A-Za-z0-9][A-Za-z0-9._@-]*)$/,
    "user:NAME, group:NAME, role:NAME or *",
  );

export const configRoles = {
  viewer: ["read"],
  operator: ["read", "packages.write", "releases.write", "machines.write"],
  approver: ["read", "releases.approve"],
  administrator: Permission.options,
} as const satisfies Record<string, readonly Permission[]>;

const GrantEntry = z
  .strictObject({
    who: z.array(Subject).min(1),
    role: z.enum(["viewer", "operator", "approver", "administrator"]).optional(),
    permissions: z.array(Permission).min(1).optional(),
    clusters: Patterns,
    agents: Patterns,
  })
  .refine((entry) => entry.role ?? entry.permissions, "role or permissions");

/** Each limit that a release passes makes it wait for a second person. Absent: no limit. */
const ApprovalLimits = z.strictObject({
  /** Share of the machines of its clusters and types that the release reaches, 0 … 1. */
  shareMax: z.number().min(0).max(1).optional(),
  productionClusters: z.array(Pattern).default([]),
  uninstalls: z.boolean().default(false),
  ifritAgent: z.boolean().default(false),
  expiresHours: z
    .number()
    .positive()
    .max(24 * 30)
    .default(24),
});
export type ApprovalLimits = z.infer<typeof ApprovalLimits>;

const GroupName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, "a name of letters, digits and . _ @ -");

/** What counts of what the identity provider says. */
const Provider = z.strictObject({
  /** Its groups that grants may name; with { name here: name there } where the two differ. */
  groups: z
    .union([
      z.record(GroupName, z.string().min(1)),
      z
        .array(GroupName)
        .transform((names) => Object.fromEntries(names.map((name) => [name, name]))),
    ])
    .default({}),
  /** For so long after a sign-in they count. API tokens outlive sessions. */
  groupsMaxAgeHours: z
    .number()
    .positive()
    .max(24 * 30)
    .default(24),
  /** Whoever is in none of these stays out; left out: whom the provider lets in may in. */
  onlyGroups: z.array(GroupName).min(1).optional(),
});

export const Config = z.strictObject({
  /** Groups and the user names in them. */
  groups: z.record(z.string(), z.array(z.string())).default({}),
  grants: z.array(GrantEntry).default([]),
  provider: Provider.default({ groups: {}, groupsMaxAgeHours: 24 }),
  approval: ApprovalLimits.default({
    ...{ productionClusters: [], uninstalls: false, ifritAgent: false, expiresHours: 24 },
  }),
});
export type Config = z.infer<typeof Config>;

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** @throws ConfigError with line and place of each mistake */
export function parseConfig(text: string): Config {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: true, lineCounter });
  const [broken] = document.errors;
  if (broken) throw new ConfigError(broken.message.split("\n")[0]);
  const parsed = Config.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {});
  const mistakes = parsed.success ? unknownGroups(parsed.data) : parsed.error.issues.map(ofIssue);
  if (!parsed.success || mistakes.length > 0)
    throw new ConfigError(
      mistakes
        .map(({ path, message }) => {
          const line = lineOf(document, lineCounter, path);
          return `${line === null ? "" : `line ${line}, `}${path.join(".") || "file"}: ${message}`;
        })
        .join("; "),
    );
  return parsed.data;
}

type Mistake = { path: PropertyKey[]; message: string };

function ofIssue(issue: z.core.$ZodIssue): Mistake {
  // The place is the stranger, not what it stands in.
  const stranger = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  return { path: [...issue.path, ...stranger], message: issue.message };
}

/** Where the path, or the nearest of it that is there, begins; null: nowhere. */
function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** A misspelt group would silently grant nothing, and one of two kinds more than was meant. */
function unknownGroups({ groups, grants, provider }: Config): Mistake[] {
  const isGroup = (name: string) =>
    Object.hasOwn(groups, name) || Object.hasOwn(provider.groups, name);
  const twice = Object.keys(provider.groups)
    .filter((name) => Object.hasOwn(groups, name))
    .map((name) => ({
      path: ["provider", "groups", name],
      message: "there is a group of this name in groups",
    }));
  const notTheirs = (provider.onlyGroups ?? [])
    .filter((name) => !Object.hasOwn(provider.groups, name))
    .map((name) => ({
      path: ["provider", "onlyGroups"],
      message: `there is no group ${name} in provider.groups`,
    }));
  const unknown = grants.flatMap(({ who }, index) =>
    who
      .filter((subject) => subject.startsWith("group:") && !isGroup(subject.slice(6)))
      .map((subject) => ({
        path: ["grants", index, "who"],
        message: `there is no group ${subject.slice(6)}`,
      })),
  );
  return [...twice, ...notTheirs, ...unknown];
}

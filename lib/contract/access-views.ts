import { z } from "zod";

const timeMs = z.number().int().nonnegative();
const id = z.number().int().nonnegative();
const pattern = z
  .string()
  .regex(/^[A-Za-z0-9._@-]*\*?$/)
  .min(1)
  .max(120);
const Role = z.enum(["viewer", "operator", "approver", "administrator"]);

/** GET /api/v1/tokens → { tokens }: one's own; administrators see everybody's. */
export const ApiTokenView = z.object({
  id,
  label: z.string(),
  owner: z.string(),
  permissions: z.array(z.string()),
  clusters: z.array(z.string()),
  agents: z.array(z.string()),
  createdAtMs: timeMs,
  expiresAtMs: timeMs,
  lastUsedAtMs: timeMs.nullable(),
  /** active · expired · revoked */
  state: z.enum(["active", "expired", "revoked"]),
});
export type ApiTokenView = z.infer<typeof ApiTokenView>;
export const ApiTokenList = z.object({ tokens: z.array(ApiTokenView) });

/** POST /api/v1/tokens → 201: never more than its owner may. */
export const CreateApiTokenRequest = z.object({
  label: z.string().trim().min(1).max(120),
  permissions: z
    .array(
      z.enum([
        ...(["read", "packages.write", "releases.write", "releases.approve"] as const),
        ...(["machines.write", "clusters.write", "users.write"] as const),
      ]),
    )
    .min(1),
  clusters: z.array(pattern).min(1).max(100).default(["*"]),
  agents: z.array(pattern).min(1).max(100).default(["*"]),
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(366 * 86_400)
    .default(90 * 86_400),
});
export type CreateApiTokenRequest = z.infer<typeof CreateApiTokenRequest>;
export const ApiTokenCreated = z.object({
  id,
  /** Shown once, kept nowhere. Send it as "Authorization: Bearer …". */
  token: z.string(),
  expiresAtMs: timeMs,
});
export type ApiTokenCreated = z.infer<typeof ApiTokenCreated>;

/** GET /api/v1/users → { users } */
export const UserView = z.object({
  username: z.string(),
  displayName: z.string(),
  role: Role,
  disabled: z.boolean(),
  createdAtMs: timeMs,
  lastSignInAtMs: timeMs.nullable(),
  email: z.string().default(""),
  /** As the identity provider named them at the last sign-in there. */
  groups: z.array(z.string()).default([]),
  /** Whom the provider means by this user; empty: nobody. */
  identities: z
    .array(
      z.object({ id, issuer: z.string(), subject: z.string(), lastSignInAtMs: timeMs.nullable() }),
    )
    .default([]),
  /** May sign in here without the provider. */
  hasPassword: z.boolean().default(true),
});
export type UserView = z.infer<typeof UserView>;
export const UserList = z.object({ users: z.array(UserView) });

/** POST /api/v1/users → 201 UserView */
export const CreateUserRequest = z.object({
  username: z.string().min(1).max(120),
  displayName: z.string().min(1).max(120).optional(),
  role: Role,
  password: z.string().max(200),
});

/** PUT /api/v1/users/{name}/password → 204. For another user; one's own: POST /api/v1/me/password. */
export const SetPasswordRequest = z.object({ password: z.string().max(200) });

/** PATCH /api/v1/users/{name} → UserView. Disabling ends all of the user's sessions. */
export const ChangeUserRequest = z
  .object({ role: Role, disabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "role or disabled");
export type ChangeUserRequest = z.infer<typeof ChangeUserRequest>;

/**
 * POST /api/v1/users/{name}/identities → 201 UserView: from now on the provider's subject is this user.
 * DELETE /api/v1/users/{name}/identities/{id} → 204
 */
export const LinkIdentityRequest = z.object({ subject: z.string().trim().min(1).max(255) });

/** GET /api/v1/config → what the configuration file says, as it is in force. */
export const ConfigView = z.object({
  file: z.string(),
  /** none: there is no file, so only administrators write. kept: the last good one is in force. */
  state: z.enum(["inForce", "none", "kept"]),
  /** Why the file as it is now is not in force; null: it is. */
  problem: z.string().nullable(),
  /** When the file, as it is now, was written or found to be gone; null: there was never one. */
  changedAtMs: timeMs.nullable().default(null),
  /** Since when this instance has what is in force, and the sha256 of its text; null: never a file. */
  inForce: z.object({ sinceMs: timeMs, sha256: z.string() }).nullable().default(null),
  groups: z.record(z.string(), z.array(z.string())),
  grants: z.array(
    z.object({
      /** user:NAME, group:NAME, role:NAME or * */
      who: z.array(z.string()),
      role: Role.nullable(),
      /** All of the grant, those of its role too. */
      permissions: z.array(z.string()),
      clusters: z.array(z.string()),
      agents: z.array(z.string()),
    }),
  ),
  /** Which permissions each role stands for in a grant. */
  roles: z.record(Role, z.array(z.string())),
  approval: z.object({
    /** Share of the fleet's machines, 0 … 1; null: no limit. */
    shareMax: z.number().nullable(),
    productionClusters: z.array(z.string()),
    uninstalls: z.boolean(),
    ifritAgent: z.boolean(),
    expiresHours: z.number(),
  }),
  /** Sign-in by an identity provider; null: by password only. */
  provider: z
    .object({
      name: z.string(),
      issuer: z.string(),
      /** Name in grants → the provider's name. */
      groups: z.record(z.string(), z.string()),
      groupsMaxAgeHours: z.number(),
      /** Whoever is in none of these stays out; null: all may in. */
      onlyGroups: z.array(z.string()).nullable(),
    })
    .nullable(),
});
export type ConfigView = z.infer<typeof ConfigView>;

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

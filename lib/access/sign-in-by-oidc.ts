import { and, eq } from "drizzle-orm";
import { userIdentities } from "../../drizzle/schema/user-identities.ts";
import { users } from "../../drizzle/schema/users.ts";
import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import type { Transaction } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { currentConfig } from "./current-config.ts";
import { providerGroups } from "./grants-of.ts";
import { isDuplicateKey } from "./is-duplicate-key.ts";
import { isSameIssuer, type OidcPerson, readOidcClaims } from "./oidc-claims.ts";
import type { SignedInUser } from "./sign-in.ts";

/** Why the provider's word is not enough; each has a sentence on the sign-in page. */
export type OidcRefusal =
  | "OidcOtherIssuer"
  | "OidcNoName"
  | "OidcNameTaken"
  | "OidcNotInGroup"
  | "OidcDisabled";

type User = typeof users.$inferSelect;
type Audit = (entry: AuditEntry) => Promise<void>;
type Attempt = { claims: unknown; address: string; requestId: string };

/**
 * The user whom the provider means by its subject; at the first sign-in one is made, without rights of
 * its own. A user that is there already is never taken over because a name or an e-mail address is the
 * same: an administrator links the two.
 */
export async function signInByOidc(
  services: Services,
  attempt: Attempt,
): Promise<SignedInUser | OidcRefusal> {
  const { env } = services;
  const person = readOidcClaims(attempt.claims, {
    usernameClaim: env.IFRIT_OIDC_USERNAME_CLAIM,
    groupsClaim: env.IFRIT_OIDC_GROUPS_CLAIM,
  });
  const source = `console ${attempt.address}`.slice(0, 64);
  const ctx = {
    ...{
      actor: { kind: "system" as const, name: "sign-in" },
      requestId: attempt.requestId,
      source,
    },
  };
  const by = (user: User) => ({
    ...ctx,
    actor: { kind: "user" as const, name: user.username, userId: user.id, role: user.role },
  });
  const work = () =>
    auditedTransaction(services, ctx, async (tx, audit) => {
      const refuse = async (why: OidcRefusal, subjectId: string) => {
        await audit({
          ...{ action: "user.sign-in-refused", subjectKind: "user", subjectId },
          after: { why, issuer: person.issuer, subject: person.subject },
        });
        return why;
      };
      const shown = person.username ?? "(no name)";
      if (!isSameIssuer(person.issuer, env.IFRIT_OIDC_ISSUER ?? ""))
        return refuse("OidcOtherIssuer", shown);
      if (!isInGroup(services, person)) return refuse("OidcNotInGroup", shown);
      const user = (await findUser(tx, person)) ?? (await makeUser(services, tx, audit, person));
      if (typeof user === "string") return refuse(user, shown);
      if (user.disabledAtMs !== null) return refuse("OidcDisabled", user.username);
      await refresh(services, tx, user, person);
      await audit({
        ...{ action: "user.signed-in", subjectKind: "user", subjectId: user.username },
        ...{ by: by(user), after: { issuer: person.issuer, groups: person.groups } },
      });
      const { id, displayName: name, sessionVersion } = user;
      return { id, name, sessionVersion };
    });
  // Two first sign-ins at once: the second one finds what the first one made.
  return work().catch((error) => {
    if (!isDuplicateKey(error)) throw error;
    return work();
  });
}

function isInGroup(services: Services, person: OidcPerson): boolean {
  const { config } = currentConfig(services);
  const { onlyGroups } = config.provider;
  if (!onlyGroups) return true;
  const nowMs = services.now();
  const claimed = { name: "", role: "", groups: person.groups, groupsAtMs: nowMs };
  const groups = providerGroups(config, claimed, nowMs);
  return onlyGroups.some((group) => groups.includes(group));
}

async function findUser(tx: Transaction, person: OidcPerson): Promise<User | undefined> {
  const [found] = await tx
    .select({ user: users })
    .from(userIdentities)
    .innerJoin(users, eq(users.id, userIdentities.userId))
    .where(isIdentity(person))
    .for("update");
  return found?.user;
}

function isIdentity({ issuer, subject }: OidcPerson) {
  return and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject));
}

async function makeUser(
  services: Services,
  tx: Transaction,
  audit: Audit,
  person: OidcPerson,
): Promise<User | OidcRefusal> {
  const { username, displayName, email, issuer, subject } = person;
  if (username === null) return "OidcNoName";
  const [taken] = await tx.select().from(users).where(eq(users.username, username)).for("update");
  if (taken) return "OidcNameTaken";
  const createdAtMs = services.now();
  await tx
    .insert(users)
    .values({ username, displayName, email, role: "viewer", passwordHash: "", createdAtMs });
  const [user] = await tx.select().from(users).where(eq(users.username, username));
  await tx.insert(userIdentities).values({ userId: user!.id, issuer, subject, createdAtMs });
  await audit({
    ...{ action: "user.created", subjectKind: "user", subjectId: username },
    after: { id: user!.id, username, displayName, role: "viewer", issuer, subject },
  });
  return user!;
}

/** The provider's word of now replaces that of before, groups that are gone included. */
async function refresh(
  services: Services,
  tx: Transaction,
  user: User,
  person: OidcPerson,
): Promise<void> {
  const nowMs = services.now();
  const { displayName, email, groups } = person;
  await tx
    .update(users)
    .set({ displayName, email, groups, groupsAtMs: nowMs, lastSignInAtMs: nowMs })
    .where(eq(users.id, user.id));
  await tx.update(userIdentities).set({ lastSignInAtMs: nowMs }).where(isIdentity(person));
}

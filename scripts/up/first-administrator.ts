import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { users } from "../../drizzle/schema/users.ts";
import { createUser } from "../../lib/access/create-user.ts";
import { passwordLength } from "../../lib/access/passwords.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { say } from "../say.ts";
import { UserError } from "../user-error.ts";

const username = "admin";

/** Looked at before anything is made, so that a refused password leaves nothing half-made. */
export function checkAdminPassword(env: NodeJS.ProcessEnv): void {
  const given = env.IFRIT_ADMIN_PASSWORD;
  const { min, max } = passwordLength;
  if (!given || (given.length >= min && given.length <= max)) return;
  throw new UserError(
    `IFRIT_ADMIN_PASSWORD has ${given.length} characters; a password has ${min} to ${max}.`,
    "Give another one, or leave it out: then one is made and shown.",
  );
}

/** Makes the first administrator if there is no user at all. */
export async function ensureFirstAdministrator(
  services: Services,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [someone] = await services.db.select({ id: users.id }).from(users).limit(1);
  if (someone) return;
  const password = env.IFRIT_ADMIN_PASSWORD || inventPassword(dataDir);
  await createUser(services, systemContext("setup", "setup"), {
    username,
    displayName: "Administrator",
    role: "administrator",
    password,
  });
}

/** Shows an invented password once: when all is ready, so that no failure on the way can lose it. */
export function showInventedPassword(dataDir: string): void {
  const file = inventedFile(dataDir);
  if (!existsSync(file)) return;
  say(`  Sign in as ${username} with the password ${readFileSync(file, "utf8")}`);
  say("  It is shown this once. Change it in the console, under your name.");
  rmSync(file, { force: true });
}

/** Kept in a private file until it has been shown. */
function inventPassword(dataDir: string): string {
  const file = inventedFile(dataDir);
  const password = randomBytes(12).toString("base64url");
  writeFileSync(`${file}.part`, password, { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return password;
}

function inventedFile(dataDir: string): string {
  return join(dataDir, "first-password");
}

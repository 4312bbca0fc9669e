import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { explainFileError, UserError } from "../user-error.ts";

const Secrets = z.object({
  /** IFRIT_SECRET of the server. */
  secret: z.string().min(32),
  /** Of the private MariaDB's user. */
  databasePassword: z.string().regex(/^[0-9a-f]{32,}$/),
});
export type Secrets = z.infer<typeof Secrets>;

/** The secrets of this copy, made at its first start, readable by its user only. */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  try {
    return Secrets.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return makeSecrets(file);
    if (code !== undefined) throw explainFileError(error, file);
    throw new UserError(
      `${file} is damaged.`,
      "Restore it from a backup, or move it away: then everybody has to sign in again and machines renew their tokens.",
    );
  }
}

function makeSecrets(file: string): Secrets {
  const secrets: Secrets = {
    secret: randomBytes(32).toString("hex"),
    databasePassword: randomBytes(24).toString("hex"),
  };
  writeFileSync(`${file}.part`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return secrets;
}

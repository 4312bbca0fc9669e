import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { isNetwork } from "./networks.ts";

const seconds = (fallback: number, min: number, max: number) =>
  z.coerce.number().min(min).max(max).default(fallback);

const networks = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .pipe(z.array(z.string().refine(isNetwork, "networks, as 10.0.0.0/8, with commas between")));

/** What the provider says is believed, so nobody on the way may change it. */
const httpsOrLoopback = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) =>
      text.startsWith("https:") || /^(127\.|localhost$|\[::1\]$)/.test(new URL(text).hostname),
    "https, unless the provider is on this very machine",
  );

function isDirectorKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}

/** Every setting of the server. `NAME_FILE` may name a file that holds NAME's value (for secrets). */
const Settings = z.object({
  DATABASE_URL: z.url({ protocol: /^mysql$/ }),
  REDIS_URL: z.url({ protocol: /^(rediss?|unix|redis\+unix)$/ }),
  /** Sessions, machine tokens and cron secrets are derived from it. At least 32 characters. */
  IFRIT_SECRET: z.string().min(32),
  IFRIT_DATA_DIR: z.string().min(1).default(".ifrit"),
  /** Archives of ifrit-agent that machines are installed from; by default agents in the data folder. */
  IFRIT_AGENT_DIR: z.string().min(1).optional(),
  /**
   * The director key that this master signs with, PKCS#8 in PEM; masters of one cluster share it. Unset:
   * one is made in the data folder. See docs/security.md.
   */
  IFRIT_DIRECTOR_KEY: z.string().refine(isDirectorKey, "an Ed25519 private key in PEM").optional(),
  /** Root documents, 1.root.json and so on; by default trust/roots in the data folder. */
  IFRIT_TRUST_DIR: z.string().min(1).optional(),
  /** Who may write what, and what needs a second person: see docs/governance.md. */
  IFRIT_CONFIG: z.string().min(1).default("ifrit.config.yaml"),
  IFRIT_ROLE: z.enum(["all", "master", "manage"]).default("all"),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  /** Where people reach the console; sign-in and the Origin check use it. */
  IFRIT_PUBLIC_URL: z.url().optional(),
  /**
   * Proxies whose X-Forwarded-For is believed, as networks with commas between. Unset: behind
   * IFRIT_PUBLIC_URL, whoever connects from a private network.
   */
  IFRIT_TRUSTED_PROXIES: networks.optional(),
  /** Sign-in by OpenID Connect: see docs/governance.md. */
  IFRIT_OIDC_ISSUER: httpsOrLoopback.optional(),
  IFRIT_OIDC_CLIENT_ID: z.string().min(1).optional(),
  IFRIT_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  /** On the sign-in page: "Continue with …". */
  IFRIT_OIDC_NAME: z.string().min(1).max(40).default("SSO"),
  IFRIT_OIDC_SCOPES: z
    .string()
    .regex(/(^| )openid( |$)/, 'must hold "openid"')
    .default("openid profile email"),
  /** How the provider signs its ID tokens; one signed otherwise, or not at all, is refused. */
  IFRIT_OIDC_SIGNATURE: z.enum(["RS256", "PS256", "ES256", "EdDSA"]).default("RS256"),
  IFRIT_OIDC_GROUPS_CLAIM: z.string().min(1).default("groups"),
  IFRIT_OIDC_USERNAME_CLAIM: z.string().min(1).default("preferred_username"),
  IFRIT_REBUILD_SECONDS: seconds(30, 1, 3600),
  IFRIT_FLUSH_SECONDS: seconds(2, 1, 600),
  IFRIT_POLL_SECONDS: seconds(60, 1, 3600),
  /** Machines of a running release are asked to poll this often. */
  IFRIT_FAST_POLL_SECONDS: seconds(5, 1, 3600),
  /** Requests of /api/v1 by one person or one API token, at each instance. */
  IFRIT_API_PER_MINUTE: z.coerce.number().int().min(10).max(1_000_000).default(3_000),
  IFRIT_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});
export const Env = Settings.refine((env) => !env.IFRIT_OIDC_ISSUER || env.IFRIT_OIDC_CLIENT_ID, {
  path: ["IFRIT_OIDC_CLIENT_ID"],
  message: "is needed with IFRIT_OIDC_ISSUER",
});
export type Env = z.infer<typeof Env>;

export const settingNames = Object.keys(Settings.shape);

export class EnvError extends Error {
  override readonly name = "EnvError";
}

/** @throws EnvError naming each bad setting. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const values: Record<string, string> = {};
  for (const key of settingNames) {
    const value = source[key] ?? readSecretFile(source[`${key}_FILE`], key);
    if (value !== undefined && value !== "") values[key] = value;
  }
  const parsed = Env.safeParse(values);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new EnvError(`Settings are wrong or missing. ${lines.join("; ")}`);
}

function readSecretFile(path: string | undefined, key: string): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new EnvError(`${key}_FILE: cannot read ${path}`, { cause });
  }
}

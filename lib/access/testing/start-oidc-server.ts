import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("oidc-server.ts", import.meta.url));

export type OidcServer = {
  issuer: string;
  /** The settings with which ifrit uses it. */
  env: Record<string, string>;
  setAccounts: (accounts: Record<string, Record<string, unknown>>) => void;
  stop: () => Promise<void>;
};

/** A real provider for the ifrit at `origin`. */
export async function startOidcServer(origin: string): Promise<OidcServer> {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-oidc-"));
  const accountsFile = join(folder, "accounts.json");
  writeFileSync(accountsFile, "{}");
  const args = ["--import", "tsx", program, accountsFile, `${origin}/api/auth/callback/oidc`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const issuer = await firstLine(child);
  return {
    issuer,
    env: {
      ...{
        IFRIT_OIDC_ISSUER: issuer,
        IFRIT_OIDC_CLIENT_ID: "ifrit",
        IFRIT_OIDC_NAME: "Example SSO",
      },
      IFRIT_OIDC_CLIENT_SECRET: "the secret of ifrit, thirty-two and more",
    },
    setAccounts: (accounts) => writeFileSync(accountsFile, JSON.stringify(accounts)),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += chunk;
    const line = /^(http:\S+)\n/.exec(text)?.[1];
    if (!line) continue;
    child.stdout!.resume();
    return line;
  }
  throw new Error(`the provider ended without listening: ${text}`);
}

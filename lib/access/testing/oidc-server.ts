import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/*
 * A real OpenID provider as a process of its own: node --import tsx oidc-server.ts ACCOUNTS REDIRECT_URI.
 * ACCOUNTS is a JSON file, read at each sign-in: { "ada": { "name": …, "groups": […] } }; the account
 * "ada" has the subject "ada" and any password. Prints its issuer when it listens.
 */
const [accountsFile = "", redirectUri = ""] = process.argv.slice(2);

type Account = Record<string, unknown>;

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      ...{ client_id: "ifrit", client_secret: "the secret of ifrit, thirty-two and more" },
      redirect_uris: [redirectUri],
    },
  ],
  cookies: { keys: ["a key for cookies of a provider in tests"] },
  pkce: { required: () => true },
  claims: {
    ...{ openid: ["sub"], email: ["email"] },
    profile: ["name", "preferred_username", "groups"],
  },
  findAccount(_ctx: unknown, id: string) {
    const accounts = JSON.parse(readFileSync(accountsFile, "utf8")) as Record<string, Account>;
    const account = accounts[id];
    return account && { accountId: id, claims: () => ({ sub: id, ...account }) };
  },
});
server.on("request", provider.callback());
process.stdout.write(`${issuer}\n`);

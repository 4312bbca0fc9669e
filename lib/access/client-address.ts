import type { Env } from "../platform/env.ts";

/** Set by server.ts from the connection; what a client sends under this name is thrown away there. */
export const clientAddressHeader = "ifrit-client-address";

/**
 * Where a request comes from. Behind a proxy (IFRIT_PUBLIC_URL is set) it is the last hop of
 * X-Forwarded-For: the one that the proxy itself wrote, and no client can choose.
 */
export function clientAddress(env: Env, headers: Headers): string {
  const connection = headers.get(clientAddressHeader);
  const lastHop = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  const address = env.IFRIT_PUBLIC_URL ? (lastHop ?? connection) : (connection ?? lastHop);
  return (address || "unknown").replace(/^::ffff:/, "").slice(0, 45);
}

import type { Env } from "../platform/env.ts";
import { bareAddress, inNetworks } from "../platform/networks.ts";

/** Set by server.ts from the connection; what a client sends under this name is thrown away there. */
export const clientAddressHeader = "ifrit-client-address";

type Settings = Pick<Env, "IFRIT_PUBLIC_URL" | "IFRIT_TRUSTED_PROXIES">;

/** Where somebody's console is: see addressBehind(). */
export function clientAddress(env: Settings, headers: Headers): string {
  const connection = headers.get(clientAddressHeader);
  const hops = headers.get("x-forwarded-for");
  if (env.IFRIT_TRUSTED_PROXIES || !env.IFRIT_PUBLIC_URL)
    return addressBehind(env, connection, hops);
  // Behind a proxy of which nothing else is known: the one hop that it wrote itself.
  const isProxy = connection === null || inNetworks(privateNetworks, connection);
  const lastHop = hops?.split(",").at(-1)?.trim();
  return shown((isProxy && lastHop) || connection);
}

/**
 * The address of the connection; where that is a trusted proxy (IFRIT_TRUSTED_PROXIES), the last hop of
 * X-Forwarded-For that is none: whatever stands before it, a client may have made up.
 */
export function addressBehind(
  { IFRIT_TRUSTED_PROXIES: trusted = [] }: Pick<Env, "IFRIT_TRUSTED_PROXIES">,
  connection: string | null,
  forwardedFor: string | null | undefined,
): string {
  const hops = (forwardedFor ?? "").split(",").map((hop) => hop.trim());
  // Without our own server nobody says where a connection comes from.
  if (connection === null) return shown(hops.at(-1));
  let address = connection;
  while (hops.length > 0 && inNetworks(trusted, address)) address = hops.pop() || address;
  return shown(address);
}

const privateNetworks = [
  ...["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  ...["::1/128", "fc00::/7", "fe80::/10"],
];

function shown(address: string | null | undefined): string {
  return bareAddress(address || "unknown").slice(0, 45);
}

/** What is counted as one guesser: an IPv6 host has a whole /64 to call from. */
export function addressForLimits(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  const known = tail === undefined ? groups : [...groups, "0", "0", "0", "0"];
  return `${known
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

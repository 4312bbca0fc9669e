import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher, fetch, type RequestInit, type Response } from "undici";
import { isRefusedAddress } from "./refused-addresses.ts";

/** The address that a name leads to is one that nothing is sent to. */
export class RefusedAddressError extends Error {
  readonly code = "EREFUSEDADDRESS";
  constructor(host: string, address: string) {
    super(`${host} leads to ${address}, where no master can be`);
  }
}

const connectMsMax = 5_000;

/**
 * Looks the name up as the system does, and refuses it when any of its addresses is refused. The
 * connection goes to the very addresses that were looked at, so a name cannot change in between.
 */
export function guardedLookup(lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "");
      const addresses = found as LookupAddress[];
      const bad = addresses.find(({ address }) => isRefusedAddress(address));
      if (bad) return done(new RefusedAddressError(host, bad.address), "");
      if (options.all) return done(null, addresses);
      const [first] = addresses;
      if (first) return done(null, first.address, first.family);
      done(Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" }), "");
    });
  };
}

export function guardedAgent(lookup?: typeof systemLookup): Agent {
  return new Agent({ connect: { lookup: guardedLookup(lookup), timeout: connectMsMax } });
}

let shared: Agent | undefined;

/**
 * fetch() for addresses that people gave us: http and https only, no redirects, and never to an address
 * of lib/outbound/refused-addresses.ts, whatever the name resolves to.
 * @throws RefusedAddressError (as a cause, when a name led there), and what fetch() throws
 */
export async function guardedFetch(
  url: URL,
  init: RequestInit & { signal: AbortSignal },
  dispatcher?: Dispatcher,
): Promise<Response> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // What is an address already is not looked up.
  if (isIP(host) !== 0 && isRefusedAddress(host)) throw new RefusedAddressError(url.hostname, host);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new TypeError(`${url.protocol} is not spoken here`);
  }
  shared ??= guardedAgent();
  return await fetch(url, { ...init, redirect: "error", dispatcher: dispatcher ?? shared });
}

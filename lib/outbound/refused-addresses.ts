import ipaddr from "ipaddr.js";
import { bareAddress, inNetworks } from "../platform/networks.ts";

/** As ipaddr.js names the ranges of IANA's special-purpose address registries (RFC 6890). */
const refusedRanges = new Set(["unspecified", "broadcast", "linkLocal", "multicast", "reserved"]);

/** What the library has no name for: 0/8 is this host too; and metadata services outside of link-local. */
const refusedNetworks = [
  ...["0.0.0.0/8", "fec0::/10"],
  ...["192.0.0.192", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254"],
];

/**
 * May the server not connect to this address on somebody's word? So it is where no master can be: this
 * host under another name, link-local with the metadata services of clouds, multicast, reserved; and an
 * IPv6 address that has such an IPv4 address inside. Private networks and loopback are where masters live.
 * @param address IPv4 or IPv6, as a resolver gives it; what is neither is refused
 */
export function isRefusedAddress(address: string): boolean {
  const bare = bareAddress(address);
  if (!ipaddr.isValid(bare)) return true;
  const parsed = ipaddr.parse(bare);
  const inside = parsed instanceof ipaddr.IPv6 ? embedded(parsed) : null;
  if (inside !== null) return isRefusedAddress(inside);
  return refusedRanges.has(parsed.range()) || inNetworks(refusedNetworks, bare);
}

/** The IPv4 address in a mapped, compatible, translated (RFC 6052, 6145) or 6to4 (RFC 3056) one. */
function embedded(address: ipaddr.IPv6): string | null {
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === "6to4") return bytes.slice(2, 6).join(".");
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0);
  const named = range === "unspecified" || range === "loopback";
  const last = range === "ipv4Mapped" || range === "rfc6052" || range === "rfc6145";
  return last || (compatible && !named) ? bytes.slice(12).join(".") : null;
}

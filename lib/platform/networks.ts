import { BlockList, isIP } from "node:net";

/** null: neither a network (10.0.0.0/8) nor an address. */
function parseNetwork(
  text: string,
): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", bits, ...more] = text.trim().split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || more.length > 0) return null;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return null;
  const family = version === 4 ? "ipv4" : "ipv6";
  return { address, bits: bits === undefined ? most : Number(bits), family };
}

export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== null;
}

const known = new Map<string, BlockList>();
const knownMax = 1_000;

/** Is the address in one of the networks? What is no address is in none. */
export function inNetworks(networks: readonly string[], address: string): boolean {
  const bare = bareAddress(address);
  const version = isIP(bare);
  if (version === 0) return false;
  return listOf(networks).check(bare, version === 4 ? "ipv4" : "ipv6");
}

/** Without the mark of an IPv4 address that came in by an IPv6 socket, and without a zone. */
export function bareAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

function listOf(networks: readonly string[]): BlockList {
  const key = networks.join(" ");
  const there = known.get(key);
  if (there) return there;
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network) list.addSubnet(network.address, network.bits, network.family);
  }
  if (known.size >= knownMax) known.clear();
  known.set(key, list);
  return list;
}

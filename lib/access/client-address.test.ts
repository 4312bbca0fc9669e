import { expect, test } from "vitest";
import {
  addressBehind,
  addressForLimits,
  clientAddress,
  clientAddressHeader,
} from "./client-address.ts";

const proxies = { IFRIT_TRUSTED_PROXIES: ["10.0.0.0/8", "fd00::/8"] };

test.each([
  [
    "an unknown connection's header counts for nothing",
    "203.0.113.9",
    "198.51.100.1",
    "203.0.113.9",
  ],
  ["a trusted proxy's last hop counts", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["what stands before it was made up", "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
  ["trusted hops are passed over", "10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
  ["of trusted hops only, the first", "10.0.0.1", "10.7.0.1, 10.0.0.2", "10.7.0.1"],
  ["no header", "10.0.0.1", null, "10.0.0.1"],
  ["an empty header", "10.0.0.1", "", "10.0.0.1"],
  ["an IPv4 address by an IPv6 socket", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["an IPv6 proxy", "fd00::1", "2001:db8::5", "2001:db8::5"],
])("addressBehind(): %s", (_what, connection, hops, address) => {
  expect(addressBehind(proxies, connection, hops)).toBe(address);
});

test("addressBehind() believes no header when no proxy is trusted", () => {
  expect(addressBehind({}, "10.0.0.1", "198.51.100.1")).toBe("10.0.0.1");
});

test("clientAddress() behind a public URL takes the hop of a proxy in a private network, and nobody else's", () => {
  const env = { IFRIT_PUBLIC_URL: "https://ifrit.example.com" };
  const ask = (connection: string) =>
    clientAddress(
      env,
      new Headers({
        [clientAddressHeader]: connection,
        "x-forwarded-for": "1.1.1.1, 198.51.100.1",
      }),
    );
  expect(ask("10.0.0.1")).toBe("198.51.100.1");
  expect(ask("203.0.113.9")).toBe("203.0.113.9");
});

test("addressForLimits() counts the /64 of an IPv6 address as one", () => {
  const one = addressForLimits("2001:db8:0:1::1");
  expect(addressForLimits("2001:0db8:0:1:ffff:1:2:3")).toBe(one);
  expect(addressForLimits("2001:db8:0:2::1")).not.toBe(one);
  expect(addressForLimits("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(addressForLimits("198.51.100.1")).toBe("198.51.100.1");
});

import { expect, test } from "vitest";
import { inNetworks, isNetwork } from "./networks.ts";

test("isNetwork() takes networks and addresses of both families and nothing else", () => {
  for (const good of ["10.0.0.0/8", "10.1.2.3", "fd00::/8", "::1", "0.0.0.0/0", " 10.0.0.0/8 "])
    expect(isNetwork(good), good).toBe(true);
  for (const bad of [
    "",
    "10.0.0.0/33",
    "10.0.0/8",
    "fd00::/129",
    "host",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
  ])
    expect(isNetwork(bad), bad).toBe(false);
});

test("inNetworks() knows which addresses are in them", () => {
  const networks = ["10.0.0.0/8", "192.168.1.7", "fd00:1::/32"];
  const cases: [string, boolean][] = [
    ...([
      ["10.255.0.1", true],
      ["11.0.0.1", false],
      ["192.168.1.7", true],
    ] as [string, boolean][]),
    ...([
      ["192.168.1.8", false],
      ["fd00:1:2::1", true],
      ["fd00:2::1", false],
    ] as [string, boolean][]),
    ...([
      ["::ffff:10.0.0.1", true],
      ["::ffff:11.0.0.1", false],
    ] as [string, boolean][]),
    ...([
      ["unknown", false],
      ["", false],
      ["10.0.0.1, 10.0.0.2", false],
    ] as [string, boolean][]),
  ];
  for (const [address, inside] of cases)
    expect(inNetworks(networks, address), address).toBe(inside);
});

test("no networks hold no address", () => {
  expect(inNetworks([], "10.0.0.1")).toBe(false);
});

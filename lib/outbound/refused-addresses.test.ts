import fc from "fast-check";
import { expect, it } from "vitest";
import { isRefusedAddress } from "./refused-addresses.ts";

it.each([
  ["0.0.0.0", "this host"],
  ["169.254.169.254", "metadata of most clouds"],
  ["169.254.170.2", "metadata of containers"],
  ["100.100.100.200", "metadata of Alibaba Cloud"],
  ["192.0.0.192", "metadata of Oracle Cloud"],
  ["224.0.0.1", "multicast"],
  ["255.255.255.255", "broadcast"],
  ["::", "this host"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local with a zone"],
  ["febf:ffff::1", "link-local, the last of it"],
  ["ff02::1", "multicast"],
  ["fd00:ec2::254", "metadata of AWS"],
  ["fd20:ce::254", "metadata of Google Cloud"],
  ["::ffff:169.254.169.254", "mapped"],
  ["::ffff:a9fe:a9fe", "mapped, in hex"],
  ["0:0:0:0:0:ffff:a9fe:a9fe", "mapped, in full"],
  ["::169.254.169.254", "compatible"],
  ["::ffff:0:169.254.169.254", "translated"],
  ["64:ff9b::a9fe:a9fe", "NAT64"],
  ["2002:a9fe:a9fe::1", "6to4"],
])("fault 62: nothing is sent to %s (%s)", (address) => {
  expect(isRefusedAddress(address)).toBe(true);
});

it.each([
  ...["127.0.0.1", "10.0.0.7", "172.16.3.4", "192.168.1.1", "8.8.8.8", "100.64.0.1"],
  ...["::1", "fd12:3456::1", "2606:4700::1", "::ffff:10.0.0.7", "64:ff9b::808:808"],
])("a master may be at %s", (address) => {
  expect(isRefusedAddress(address)).toBe(false);
});

it("fault 62: every link-local address is refused in every form that has it inside", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
  fc.assert(
    fc.property(byte, byte, (c, d) => {
      const [dotted, groups] = [`169.254.${c}.${d}`, `a9fe:${hex(c, d)}`];
      const forms = [dotted, `::ffff:${dotted}`, `::ffff:${groups}`, `::${groups}`];
      const translated = [`64:ff9b::${groups}`, `64:ff9b::${dotted}`, `2002:${groups}::1`];
      for (const form of [...forms, ...translated]) expect(isRefusedAddress(form)).toBe(true);
    }),
  );
});

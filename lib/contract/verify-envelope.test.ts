import { expect, test } from "vitest";
import { addSignature, signEnvelope } from "../signing/sign-envelope.ts";
import type { Signer } from "../signing/signer.ts";
import { refused } from "../signing/testing/create-trust.ts";
import { fixedSigners } from "../signing/testing/fixed-signer.ts";
import { type Envelope, payloadTypes } from "./dsse.ts";
import { type KeySet, verifyEnvelope } from "./verify-envelope.ts";
import { decodePublicKey, keyIdOf } from "./verify-keys.ts";

const [a, b, c, stranger] = (await fixedSigners("a", "b", "c", "stranger")) as [
  Signer,
  Signer,
  Signer,
  Signer,
];
const type = payloadTypes.release;
const sign = (...signers: Signer[]) => signEnvelope(type, { hello: 1 }, signers);
const keys = (threshold: number, ...signers: Signer[]): KeySet => ({
  keys: signers.map(({ keyId, publicKey }) => ({ keyId, publicKey: decodePublicKey(publicKey) })),
  threshold,
});
const verify = (text: string, keySet: KeySet) => verifyEnvelope(text, type, keySet);
const change = (text: string, edit: (envelope: Envelope) => void) => {
  const envelope = JSON.parse(text) as Envelope;
  edit(envelope);
  return JSON.stringify(envelope);
};

test("verifyEnvelope() gives the signed bytes and who signed them", async () => {
  const { payload, signedBy } = await verify(await sign(a, b), keys(2, a, b, c));
  expect(new TextDecoder().decode(payload)).toBe('{"hello":1}');
  expect(signedBy).toEqual([a.keyId, b.keyId]);
});

test("threshold: any two of three will do, one will not", async () => {
  for (const pair of [
    [a, b],
    [a, c],
    [c, b],
  ] as const)
    await expect(verify(await sign(...pair), keys(2, a, b, c))).resolves.toBeDefined();
  await expect(verify(await sign(a), keys(2, a, b, c))).rejects.toThrow(
    refused("threshold_not_met"),
  );
});

test("threshold: a signature that is there twice counts once", async () => {
  const twice = change(await sign(a), ({ signatures }) => signatures.push(signatures[0]!));
  await expect(verify(twice, keys(2, a, b))).rejects.toThrow(refused("threshold_not_met"));
});

test("threshold: one key under two ids counts once", async () => {
  const twice = change(await sign(a), ({ signatures }) =>
    signatures.push({ ...signatures[0]!, keyid: "other" }),
  );
  const [known] = keys(1, a).keys;
  const set = { keys: [known!, { ...known!, keyId: "other" }], threshold: 2 };
  await expect(verify(twice, set)).rejects.toThrow(refused("threshold_not_met"));
});

test("threshold: a key that stands in the set twice counts once", async () => {
  await expect(verify(await sign(a), keys(2, a, a))).rejects.toThrow(refused("threshold_not_met"));
});

test("a threshold of nothing is never met by nobody", async () => {
  await expect(verify(await sign(), keys(0, a))).rejects.toThrow(refused("unknown_key"));
});

test("signatures of strangers, and bad ones beside enough good ones, change nothing", async () => {
  const text = change(await sign(stranger, a), ({ signatures }) => {
    signatures.push({ keyid: b.keyId, sig: "AAAA" }, { keyid: "gpg:1234", sig: "not base64" });
  });
  await expect(verify(text, keys(1, a, b))).resolves.toMatchObject({ signedBy: [a.keyId] });
});

test("a good signature after a bad one of the same key counts", async () => {
  const text = change(await sign(a), ({ signatures }) =>
    signatures.unshift({ keyid: a.keyId, sig: signatures[0]!.sig.replace(/^./, "A") }),
  );
  await expect(verify(text, keys(1, a))).resolves.toBeDefined();
});

test("strangers alone are unknown keys", async () => {
  await expect(verify(await sign(stranger), keys(1, a))).rejects.toThrow(refused("unknown_key"));
  await expect(verify(await sign(), keys(1, a))).rejects.toThrow(refused("unknown_key"));
});

test("a stranger's signature under a known id is invalid", async () => {
  const text = change(await sign(stranger), ({ signatures }) => {
    signatures[0]!.keyid = a.keyId;
  });
  await expect(verify(text, keys(1, a))).rejects.toThrow(refused("signature_invalid"));
});

test("a signature for one type of statement never counts for another", async () => {
  const text = change(await signEnvelope(payloadTypes.root, { hello: 1 }, [a]), (envelope) => {
    envelope.payloadType = type;
  });
  await expect(verify(text, keys(1, a))).rejects.toThrow(refused("signature_invalid"));
});

test("addSignature() adds to the same bytes, and signing twice is harmless", async () => {
  const one = await sign(a);
  const two = await addSignature(await addSignature(one, type, b), type, b);
  expect((JSON.parse(two) as Envelope).signatures).toHaveLength(2);
  await expect(verify(two, keys(2, a, b))).resolves.toBeDefined();
});

test("an envelope is one line of printable ASCII, fit for a header", async () => {
  expect(await signEnvelope(type, { name: "日志\n" }, [a])).toMatch(/^[\x20-\x7e]+$/);
});

const p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
test.each([
  ["the neutral point", `01${"00".repeat(31)}`],
  ["a point of order two", `ec${"ff".repeat(30)}7f`],
  ["a point of order two, other sign", `ec${"ff".repeat(31)}`],
  ["a point of order four", "00".repeat(32)],
  ["a point of order eight", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
  ["a point of order eight", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
  ["a coordinate that is the field's order", p],
  ["a coordinate beyond the field, other sign", p.replace(/7f$/, "ff").replace(/^ed/, "f3")],
  ["31 bytes", "07".repeat(31)],
])("decodePublicKey() refuses %s", (_, hex) => {
  const key = Buffer.from(hex, "hex").toString("base64");
  expect(() => decodePublicKey(key)).toThrow(refused("malformed"));
});

test("keyIdOf() is the sha256 of the raw key (RFC 8032 §7.1, first key)", async () => {
  const hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const key = decodePublicKey(Buffer.from(hex, "hex").toString("base64"));
  expect(await keyIdOf(key)).toBe(
    "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9",
  );
});

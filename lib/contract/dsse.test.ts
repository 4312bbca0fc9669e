import { expect, test } from "vitest";
import { refused } from "../signing/testing/create-trust.ts";
import { decodeEnvelope, envelopeCharsMax, payloadTypes, preAuthEncoding } from "./dsse.ts";
import { decodeBase64 } from "./verify-encoding.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (string: string) => new TextEncoder().encode(string);
const envelope = (overrides: object = {}) =>
  JSON.stringify({
    payloadType: payloadTypes.release,
    payload: "e30=",
    signatures: [],
    ...overrides,
  });
const decode = (given: string) => () => decodeEnvelope(given, payloadTypes.release);

test("preAuthEncoding() gives the encoding of the DSSE specification's test vector", () => {
  expect(text(preAuthEncoding("http://example.com/HelloWorld", bytes("hello world")))).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
});

test("preAuthEncoding() counts bytes, not characters", () => {
  expect(text(preAuthEncoding("日志", bytes("代理")))).toBe("DSSEv1 6 日志 6 代理");
  expect(text(preAuthEncoding("", bytes("")))).toBe("DSSEv1 0  0 ");
});

test("decodeEnvelope() takes the payload's bytes as they are", () => {
  expect(text(decode(envelope())().payload)).toBe("{}");
});

test("decodeEnvelope() refuses what is too large before it reads it", () => {
  expect(decode(`"${"x".repeat(envelopeCharsMax)}`)).toThrow(refused("too_large"));
});

test("decodeEnvelope() refuses another payload type", () => {
  expect(decode(envelope({ payloadType: payloadTypes.root }))).toThrow(refused("wrong_type"));
});

test.each([
  ["no JSON", "{"],
  ["null", "null"],
  ["a list", "[]"],
  ["nothing in it", "{}"],
  ["lists inside lists", "[".repeat(60_000)],
  ["a payload that is no text", envelope({ payload: 7 })],
  ["a payload in URL-safe base64", envelope({ payload: "_-8=" })],
  ["a payload without padding", envelope({ payload: "e30" })],
  ["a payload with other spare bits", envelope({ payload: "e31=" })],
  ["a payload with a line break", envelope({ payload: "e30=\n" })],
  ["33 signatures", envelope({ signatures: Array(33).fill({ keyid: "k", sig: "" }) })],
  ["a signature without key id", envelope({ signatures: [{ sig: "e30=" }] })],
])("decodeEnvelope() refuses %s as malformed", (_, given) => {
  expect(decode(given)).toThrow(refused("malformed"));
});

test("decodeBase64() takes the one spelling that encoding gives", () => {
  expect(decodeBase64("")).toEqual(new Uint8Array());
  expect(decodeBase64("/+8=")).toEqual(new Uint8Array([255, 239]));
  for (const wrong of ["/+8", "/+9=", "/+8==", " /+8=", "=", "A===", "ÿÿÿÿ"])
    expect(decodeBase64(wrong)).toBeNull();
});

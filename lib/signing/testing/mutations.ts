import fc from "fast-check";
import type { Envelope } from "../../contract/dsse.ts";
import { payloadTypeOf, type Vector, type VectorKind, vectorKinds } from "./judge-vector.ts";

type Genuine = Record<VectorKind, string>;
type Edit = { name: string; text: string };

/** A genuine envelope after one change that somebody without the keys can make. */
export function mutatedVectors(genuine: Genuine): fc.Arbitrary<Vector & { edit: string }> {
  return fc.constantFrom(...vectorKinds).chain((kind) => {
    const edits = [
      ...textEdits(genuine[kind]),
      ...envelopeEdits(kind, genuine),
      ...payloadEdits(kind, genuine),
    ];
    return fc.oneof(...edits).map(({ name, text }) => ({ kind, text, edit: name }));
  });
}

/** Changes of the characters, whatever they mean. */
function textEdits(text: string): fc.Arbitrary<Edit>[] {
  const at = fc.nat(text.length - 1);
  return [
    fc.tuple(at, fc.nat(7)).map(([index, bit]) => ({
      name: "a bit flipped",
      text: replaceAt(text, index, String.fromCharCode(text.charCodeAt(index) ^ (1 << bit))),
    })),
    at.map((index) => ({ name: "the end cut off", text: text.slice(0, index) })),
    at.map((index) => ({ name: "the beginning cut off", text: text.slice(index + 1) })),
    fc.tuple(at, fc.integer({ min: 1, max: 40 })).map(([index, length]) => ({
      name: "a piece doubled",
      text: text.slice(0, index + length) + text.slice(index),
    })),
    fc.tuple(at, fc.integer({ min: 1, max: 40 })).map(([index, length]) => ({
      name: "a piece removed",
      text: text.slice(0, index) + text.slice(index + length),
    })),
    fc.string({ maxLength: 200 }).map((noise) => ({ name: "noise", text: noise })),
    fc.json().map((json) => ({ name: "other JSON", text: json })),
  ];
}

/** Changes of the envelope's fields: swapped with those of other genuine envelopes, or doubled. */
function envelopeEdits(kind: VectorKind, genuine: Genuine): fc.Arbitrary<Edit>[] {
  const others = vectorKinds.filter((other) => payloadTypeOf[other] !== payloadTypeOf[kind]);
  const other = fc.constantFrom(...others).map((name) => open(genuine[name]));
  const own = open(genuine[kind]);
  const edit = (name: string, change: Partial<Envelope>): Edit => ({
    name,
    text: JSON.stringify({ ...own, ...change }),
  });
  return [
    other.map(({ payload }) => edit("another payload", { payload })),
    other.map(({ payload, signatures }) =>
      edit("another payload with its signatures", { payload, signatures }),
    ),
    other.map(({ payloadType }) => edit("another type", { payloadType })),
    other.map(({ signatures }) => edit("other signatures", { signatures })),
    fc.nat(own.signatures.length - 1).map((index) =>
      edit("one signature doubled over the others", {
        signatures: own.signatures.length > 1 ? Array(3).fill(own.signatures[index]) : [],
      }),
    ),
    fc.tuple(fc.nat(own.signatures.length - 1), fc.nat(63), fc.nat(7)).map(([index, byte, bit]) =>
      edit("a signature's bit flipped", {
        signatures: own.signatures.map((one, position) =>
          position === index ? { ...one, sig: flipBit(one.sig, byte, bit) } : one,
        ),
      }),
    ),
    fc.constant(
      edit("key ids rotated among the signatures", {
        signatures: own.signatures.map((one, index) => ({
          ...one,
          keyid: own.signatures.length > 1 ? own.signatures.at(index - 1)!.keyid : "0".repeat(64),
        })),
      }),
    ),
  ];
}

/** Changes of what is said, under the signatures that were made for something else. */
function payloadEdits(kind: VectorKind, genuine: Genuine): fc.Arbitrary<Edit>[] {
  const own = open(genuine[kind]);
  const bytes = Buffer.from(own.payload, "base64");
  const statement = JSON.parse(bytes.toString()) as Record<string, unknown>;
  const withPayload = (name: string, payload: string): Edit => ({
    name,
    text: JSON.stringify({ ...own, payload }),
  });
  const said = (name: string, value: object) =>
    withPayload(name, Buffer.from(JSON.stringify(value)).toString("base64"));
  const field = fc.constantFrom(...Object.keys(statement));
  return [
    fc
      .tuple(fc.nat(bytes.length - 1), fc.nat(7))
      .map(([byte, bit]) =>
        withPayload("a payload's bit flipped", flipBit(own.payload, byte, bit)),
      ),
    field.map((name) => said("a field left out", { ...statement, [name]: undefined })),
    fc
      .tuple(field, fc.oneof(fc.integer(), fc.constant("x"), fc.constant(null)))
      .map(([name, value]) => said("a field changed", { ...statement, [name]: value })),
    fc.constant(said("a field added", { ...statement, also: 1 })),
    fc
      .constantFrom(...vectorKinds)
      .filter((other) => genuine[other] !== genuine[kind])
      .map((other) =>
        said("fields of another statement", {
          ...statement,
          ...(JSON.parse(Buffer.from(open(genuine[other]).payload, "base64").toString()) as object),
        }),
      ),
  ];
}

function open(text: string): Envelope {
  return JSON.parse(text) as Envelope;
}

function replaceAt(text: string, index: number, character: string): string {
  return text.slice(0, index) + character + text.slice(index + 1);
}

function flipBit(base64: string, byte: number, bit: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes[byte]! ^= 1 << bit;
  return bytes.toString("base64");
}

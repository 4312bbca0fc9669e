import { expect, test } from "vitest";
import { refuseSignatureFile } from "./read-signature-file.ts";

const envelope = (payloadType: string) =>
  JSON.stringify({ payloadType, payload: "e30=", signatures: [{ keyid: "a", sig: "b" }] });

test.each([
  [envelope("application/vnd.ifrit.release.v1+json"), null],
  ["\u001f\u008b no text", { code: "notJson" }],
  ["[]", { code: "notEnvelope" }],
  ["null", { code: "notEnvelope" }],
  ['{"payload": "e30="}', { code: "notEnvelope" }],
  ["x".repeat(70_000), { code: "tooLong" }],
  [
    envelope("application/vnd.ifrit.root.v1+json"),
    { code: "otherType", type: "application/vnd.ifrit.root.v1+json" },
  ],
])("refuseSignatureFile(%j) tells a signature file from others", (text, refusal) => {
  expect(refuseSignatureFile(text)).toEqual(refusal);
});

import { envelopeCharsMax, payloadTypes } from "@/lib/contract/dsse.ts";

export type SignatureFileRefusal =
  | { code: "tooLong" | "notJson" | "notEnvelope" }
  | { code: "otherType"; type: string };

/**
 * What can be said of a signature file before it is sent; whether its keys count is for the server to
 * say. null: it looks like one.
 */
export function refuseSignatureFile(text: string): SignatureFileRefusal | null {
  if (text.length > envelopeCharsMax) return { code: "tooLong" };
  const envelope = parse(text);
  if (envelope === undefined) return { code: "notJson" };
  if (!isEnvelope(envelope)) return { code: "notEnvelope" };
  if (envelope.payloadType !== payloadTypes.release)
    return { code: "otherType", type: envelope.payloadType.slice(0, 100) };
  return null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEnvelope(value: unknown): value is { payloadType: string } {
  if (typeof value !== "object" || value === null) return false;
  const { payloadType, payload, signatures } = value as Record<string, unknown>;
  return (
    typeof payloadType === "string" && typeof payload === "string" && Array.isArray(signatures)
  );
}

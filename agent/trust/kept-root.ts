import { Sha256 } from "@contract/names.ts";
import type { TrustedRoot } from "@contract/trust-root.ts";
import { openRoot } from "@contract/verify-root-chain.ts";
import { z } from "zod";
import type { Layout } from "../layout.ts";
import { readSealed, writeSealed } from "./sealed-file.ts";

/** state/root.json: the newest root document that this machine has followed, and where it began. */
const KeptRoot = z.object({
  schema: z.literal(1),
  /** Fingerprint of the first root: everything since then follows from it. */
  pinned: Sha256,
  /** given: a person named the fingerprint; firstUse: it is the first that the master offered. */
  how: z.enum(["given", "firstUse"]),
  /** The envelope, as it came. */
  text: z.string(),
});

export type TrustedStart = { root: TrustedRoot; pinned: string; how: "given" | "firstUse" };

export type FoundRoot = { state: "missing" | "damaged" } | ({ state: "whole" } & TrustedStart);

/** A text that no longer opens counts as damaged, whatever the reason. */
export async function readRoot(layout: Layout, mend: boolean): Promise<FoundRoot> {
  const found = await readSealed(layout.trust.root, KeptRoot, mend);
  if (found.state !== "whole") return found;
  const { text, pinned, how } = found.value;
  const root = await openRoot(text).catch(() => null);
  return root === null ? { state: "damaged" } : { state: "whole", root, pinned, how };
}

export async function writeRoot(layout: Layout, start: TrustedStart): Promise<void> {
  const { root, pinned, how } = start;
  await writeSealed(layout.trust.root, { schema: 1, pinned, how, text: root.text });
}

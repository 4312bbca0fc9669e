import { isRootExpired } from "@contract/verify-root-chain.ts";
import type { TrustStatus } from "../trust/describe-trust.ts";
import type { FoundRoot } from "../trust/kept-root.ts";
import type { Sealed } from "../trust/sealed-file.ts";
import { remedyOf } from "../trust/trust-problem.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";

const dayMs = 86_400_000;
/** As `keys list` warns first. */
const warnDays = 30;

/** What is kept of whom this machine believes, and what the running ifrit-agent last said of it. */
export function judgeTrust(given: {
  /** config.json names a root. */
  pinned: boolean;
  root: FoundRoot;
  floors: Sealed<unknown>["state"];
  /** From status.json; undefined: there is none that says. */
  status: TrustStatus | undefined;
  nowMs: number;
}): Finding {
  const { root, floors, status, nowMs } = given;
  if (root.state === "missing" && !given.pinned) return unchecked;
  if (root.state !== "whole") return lost(`state/root.json is ${root.state}, as is its backup`);
  if (floors !== "whole") return lost(`state/floors.json is ${floors}, as is its backup`);
  const { version, expiresAtMs } = root.root.document;
  if (status?.problem) {
    const { what, refusal, message, remedy } = status.problem;
    return failed("signatures", `${what} refused, ${refusal}: ${message}`, remedy);
  }
  if (isRootExpired(root.root, nowMs))
    return warning(
      "signatures",
      `by this machine's clock, root ${version} is past its time`,
      remedyOf({ what: "root", refusal: "expired" }),
    );
  const days = Math.floor((expiresAtMs - nowMs) / dayMs);
  if (days < warnDays)
    return warning(
      "signatures",
      `root ${version} expires in ${days} days; then nothing changes any more`,
      remedyOf({ what: "root", refusal: "expired" }),
    );
  const how = root.how === "given" ? "" : ", which was believed because it came first";
  return ok("signatures", `checked with root ${version}${how}`);
}

const unchecked = warning(
  "signatures",
  "they are not checked on this machine",
  "where the master signs, stop ifrit-agent and run `ifrit-agent enroll --root-fingerprint …` with the fingerprint that the console shows",
);

function lost(message: string): Finding {
  return failed(
    "signatures",
    `${message}; nothing changes on this machine`,
    remedyOf({ what: "root", refusal: "malformed" }),
  );
}

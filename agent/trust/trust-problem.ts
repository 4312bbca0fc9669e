import { TrustError, type TrustRefusal, type TrustSubject } from "@contract/verify-refusal.ts";

/** Why nothing may change on this machine; what runs goes on. */
export interface TrustProblem {
  refusal: TrustRefusal;
  what: TrustSubject;
  message: string;
}

/** Of a verification, "expired" is always said of the root. */
export function problemOf(what: TrustSubject, error: TrustError): TrustProblem {
  const subject = error.reason === "expired" && what !== "release" ? "root" : what;
  return { refusal: error.reason, what: subject, message: error.message.slice(0, 500) };
}

/** As reports, `status` and logs say it: the code first, so that it can be counted. */
export function problemText(problem: TrustProblem): string {
  return `${problem.what} refused, ${problem.refusal}: ${problem.message}`;
}

/** Nothing was signed at all: the same refusal as for an envelope without a known key. */
export function unsigned(message: string): TrustError {
  return new TrustError("unknown_key", message);
}

const enrollAgain =
  "stop ifrit-agent and run `ifrit-agent enroll --root-fingerprint …`, with the fingerprint that the console shows; its agents go on meanwhile";

/** What a person does about it. */
export function remedyOf({ refusal, what }: Pick<TrustProblem, "refusal" | "what">): string {
  if (what === "root") return rootRemedies[refusal] ?? enrollAgain;
  if (what === "release")
    return refusal === "rollback"
      ? "release a version that is allowed here, or have it signed with a permit to go back (keys sign --rollback-to)"
      : "have the package signed by the release keys of the present root, and upload the signature";
  return remedies[refusal] ?? otherRemedy;
}

const rootRemedies: Partial<Record<TrustRefusal, string>> = {
  expired:
    "have the root keys sign the next root document (keys root add) and put it on the master: machines follow it by themselves",
  version_gap: "put all versions of the root document on the master: none may be left out",
  threshold_not_met: "have enough root keys sign the next root document before it is served",
  unknown_key: "the next root document must be signed by the keys of the one before it, too",
  signature_invalid: "put the root document on the master again as it was signed",
};

const remedies: Partial<Record<TrustRefusal, string>> = {
  freeze:
    "look whether the master rebuilds and signs (console, Settings, Signatures), and whether a proxy caches its answers",
  rollback:
    "look whether the master's database was restored from a backup, or an older master answers; it signs higher again by itself once machines have reported",
  unknown_key:
    "look whether the master has its director key (console, Settings, Signatures) and whether the root names it for this cluster",
  wrong_cluster: "look which master this machine asks: config.json names it",
  wrong_machine:
    "look whether a proxy gives this machine another one's answer; otherwise rebuild the cluster's documents",
  replay: "look whether a proxy caches answers of the master: none may",
};

const otherRemedy =
  "look what stands between this machine and its master: answers arrive otherwise than they were signed";

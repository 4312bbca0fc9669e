import type {
  AnchorStatement,
  DocumentStatement,
  FreshnessStatement,
} from "../../contract/director-statement.ts";
import type { ReleaseStatement } from "../../contract/release-statement.ts";
import type { TrustedRoot, TrustRoot } from "../../contract/trust-root.ts";
import type { TrustClock } from "../../contract/verify-clock.ts";
import type { DirectedMachine } from "../../contract/verify-director.ts";
import type { DirectorFloor } from "../../contract/verify-floors.ts";
import { TrustError, type TrustRefusal } from "../../contract/verify-refusal.ts";
import { openRoot } from "../../contract/verify-root-chain.ts";
import { signRoot } from "../sign-root.ts";
import type { Signer } from "../signer.ts";
import { fixedSigners } from "./fixed-signer.ts";

/** A Sunday in 2026; all statements of the tests are from around then. */
export const testNowMs = Date.UTC(2026, 2, 1);
export const hourMs = 3_600_000;
export const digest = (digit: string) => digit.repeat(64);

export type RoleGiven = { keys: readonly Signer[]; threshold?: number };
export type RootGiven = {
  version?: number;
  expiresAtMs?: number;
  root: RoleGiven;
  release: RoleGiven;
  director: RoleGiven;
  directors?: Record<string, RoleGiven>;
};

export function rootDocument(given: RootGiven): TrustRoot {
  const { root, release, director, directors = {} } = given;
  const signers = [root, release, director, ...Object.values(directors)].flatMap((r) => r.keys);
  return {
    schema: 1,
    version: given.version ?? 1,
    expiresAtMs: given.expiresAtMs ?? testNowMs + 365 * 24 * hourMs,
    keys: Object.fromEntries(
      signers.map(({ keyId, publicKey }) => [keyId, { algorithm: "ed25519", publicKey, name: "" }]),
    ),
    roles: {
      root: roleOf(root),
      release: roleOf(release),
      director: roleOf(director),
      directors: Object.fromEntries(
        Object.entries(directors).map(([id, role]) => [id, roleOf(role)]),
      ),
    },
  };
}

const roleOf = ({ keys, threshold = 1 }: RoleGiven) => ({
  keyIds: keys.map((key) => key.keyId),
  threshold,
});

export type TestTrust = {
  root: TrustedRoot;
  given: RootGiven;
  rootKeys: Signer[];
  releaseKeys: Signer[];
  directorKeys: Signer[];
};

/** One key for each role, or two where `names` say so. */
export async function createTrust(overrides: Partial<RootGiven> = {}): Promise<TestTrust> {
  const rootKeys = await fixedSigners("root-a", "root-b");
  const releaseKeys = await fixedSigners("release-a", "release-b", "release-c");
  const directorKeys = await fixedSigners("director");
  const given: RootGiven = {
    root: { keys: rootKeys, threshold: 2 },
    release: { keys: releaseKeys, threshold: 2 },
    director: { keys: directorKeys },
    ...overrides,
  };
  const root = await openRoot(await signRoot(rootDocument(given), rootKeys));
  return { root, given, rootKeys, releaseKeys, directorKeys };
}

export const releaseStatement = (overrides: Partial<ReleaseStatement> = {}): ReleaseStatement => ({
  schema: 1,
  agent: "log-agent",
  version: "1.1.0",
  platforms: ["linux-x64", "linux-arm64"],
  sha256: digest("a"),
  size: 1000,
  manifestSha256: digest("b"),
  sequence: 200,
  rollbackTo: 100,
  signedAtMs: testNowMs,
  ...overrides,
});

export const documentStatement = (
  overrides: Partial<DocumentStatement> = {},
): DocumentStatement => ({
  schema: 1,
  clusterId: "east",
  audience: { kind: "class", machineType: "LINUX", slots: null },
  sequence: 50,
  sha256: digest("d"),
  ...overrides,
});

export const freshnessStatement = (
  overrides: Partial<FreshnessStatement> = {},
): FreshnessStatement => ({
  schema: 1,
  clusterId: "east",
  sequence: 60,
  documentSequence: 50,
  compositionSha256: digest("c"),
  issuedAtMs: testNowMs,
  expiresAtMs: testNowMs + hourMs,
  ...overrides,
});

export const anchorStatement = (overrides: Partial<AnchorStatement> = {}): AnchorStatement => ({
  schema: 1,
  clusterId: "east",
  machineId: "m-1",
  machineType: "LINUX",
  slot: 7,
  counter: 5,
  freshnessSequence: 60,
  issuedAtMs: testNowMs,
  ...overrides,
});

export const machine = (overrides: Partial<DirectedMachine> = {}): DirectedMachine => ({
  clusterId: "east",
  machineId: "m-1",
  machineType: "LINUX",
  slot: 7,
  ...overrides,
});

export const directorFloor = (overrides: Partial<DirectorFloor> = {}): DirectorFloor => ({
  clusterId: "east",
  freshnessSequence: 0,
  documentSequence: 0,
  documentSha256: null,
  ...overrides,
});

/** A machine whose own clock is ten years behind, ten seconds after its start. */
export const clock = (overrides: Partial<TrustClock> = {}): TrustClock => ({
  monotonicMs: 10_000,
  wallMs: Date.UTC(2016, 0, 1),
  time: null,
  ...overrides,
});

/** For expect(…).toThrow(): a refusal with just this reason. */
export const refused = (reason: TrustRefusal) => ({
  asymmetricMatch: (error: unknown) => error instanceof TrustError && error.reason === reason,
  toString: () => `a refusal: ${reason}`,
});

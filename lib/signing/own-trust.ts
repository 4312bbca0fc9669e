import { join } from "node:path";
import type { TrustedRoot } from "../contract/trust-root.ts";
import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { KeyFileError } from "./key-file.ts";
import { loadDirectorKey } from "./load-director-key.ts";
import { type RootChain, type RootProblem, readRootChain, rootFolderMark } from "./root-chain.ts";
import type { Signer } from "./signer.ts";

/** What this deployment believes and signs with, as its files say. */
export type OwnTrust = {
  /** Oldest first; empty: nothing is signed here. */
  roots: readonly TrustedRoot[];
  /** The newest of them. */
  root: TrustedRoot | null;
  /** Why a newer root in the folder does not count; null: all do. */
  rootProblem: RootProblem | null;
  folder: string;
  /** null: this deployment is no master, or its key cannot be used. */
  director: Signer | null;
  directorProblem: string | null;
};

type Held = { mark: string; trust: OwnTrust; checkedAtMs: number };
type Kept = { held: Held | null; reading: Promise<OwnTrust> | null };

/** How long it may take until a new root is seen by those who do not ask for the newest. */
const checkEveryMs = 1_000;

export function trustFolder(env: Services["env"]): string {
  return env.IFRIT_TRUST_DIR ?? join(env.IFRIT_DATA_DIR, "trust", "roots");
}

/**
 * Read anew when the folder changes, while the process runs. A newer root that is broken, or does not
 * follow from the one that is in use, is reported and changes nothing.
 * @throws file errors other than a folder that is not there
 */
export async function readOwnTrust(
  services: Pick<Services, "env" | "log">,
  options: { newest?: boolean } = {},
): Promise<OwnTrust> {
  const folder = trustFolder(services.env);
  const kept = processWide<Map<string, Kept>>("own-trust", () => new Map());
  const key = `${folder}\n${services.env.IFRIT_DATA_DIR}`;
  const own = kept.get(key) ?? { held: null, reading: null };
  kept.set(key, own);
  const recent = own.held && performance.now() - own.held.checkedAtMs < checkEveryMs;
  if (own.held && recent && !options.newest) return own.held.trust;
  own.reading ??= refresh(services, folder, own).finally(() => {
    own.reading = null;
  });
  return own.reading;
}

async function refresh(
  services: Pick<Services, "env" | "log">,
  folder: string,
  own: Kept,
): Promise<OwnTrust> {
  const mark = await rootFolderMark(folder);
  const checkedAtMs = performance.now();
  if (own.held?.mark === mark && own.held.trust.directorProblem === null) {
    own.held.checkedAtMs = checkedAtMs;
    return own.held.trust;
  }
  const chain = continueChain(own.held?.trust ?? null, await readRootChain(folder));
  const trust: OwnTrust = {
    ...{ roots: chain.roots, root: chain.roots.at(-1) ?? null, rootProblem: chain.problem },
    folder,
    ...(await readDirector(services, own.held?.trust ?? null)),
  };
  if (own.held?.mark !== mark) say(services, trust);
  own.held = { mark, trust, checkedAtMs };
  return trust;
}

/** A folder whose chain does not hold the root in use is another trust: only a restart takes it. */
function continueChain(held: OwnTrust | null, found: RootChain): RootChain {
  const inUse = held?.root;
  if (!held || !inUse) return found;
  const { version } = inUse.document;
  const same = found.roots.find((root) => root.document.version === version);
  if (same?.fingerprint === inUse.fingerprint) return found;
  const message = same
    ? `root ${version} is another one than this process follows; restart it to begin anew`
    : `root ${version}, which this process follows, is not in the folder any more`;
  const problem = found.problem ?? { code: "otherTrust", version, message };
  return { roots: held.roots, problem };
}

async function readDirector({ env }: Pick<Services, "env">, held: OwnTrust | null) {
  if (held?.director) return { director: held.director, directorProblem: null };
  if (env.IFRIT_ROLE === "manage" && env.IFRIT_DIRECTOR_KEY === undefined)
    return { director: null, directorProblem: null };
  try {
    const given = { dataDir: env.IFRIT_DATA_DIR, pem: env.IFRIT_DIRECTOR_KEY };
    return { director: await loadDirectorKey(given), directorProblem: null };
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    return { director: null, directorProblem: error.message };
  }
}

function say({ log }: Pick<Services, "log">, trust: OwnTrust): void {
  const { root, rootProblem, directorProblem, folder } = trust;
  if (root)
    log.info(
      { version: root.document.version, fingerprint: root.fingerprint, folder },
      "signing: root document in use",
    );
  if (rootProblem) log.error({ ...rootProblem, folder }, "signing: a root document is refused");
  if (directorProblem) log.error({ err: directorProblem }, "signing: no director key");
}

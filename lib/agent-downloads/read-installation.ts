import { findMasterUrl } from "../clusters/find-master-url.ts";
import {
  type AgentInstallation,
  downloadPaths,
  OfferedAgents,
} from "../contract/agent-installation.ts";
import { guardedFetch } from "../outbound/guarded-fetch.ts";
import type { Services } from "../platform/services.ts";
import type { DownloadFolder } from "./download-folder.ts";
import { readRootFingerprint } from "./read-root-fingerprint.ts";

const remoteMsMax = 4000;
const remoteBytesMax = 256 * 1024;

/** What machines of a cluster are to be installed from: this deployment, or the cluster's remote master. */
export async function readInstallation(
  services: Services,
  downloads: DownloadFolder,
  clusterId: string,
  ownOrigin: string,
): Promise<AgentInstallation> {
  const remoteUrl = await findMasterUrl(services.db, clusterId);
  if (remoteUrl === null) {
    const index = await downloads.index();
    const rootFingerprint = await readRootFingerprint(services);
    return installationOf(
      ownOrigin,
      index && { ...index, rootFingerprint },
      "notBuilt",
      rootFingerprint,
    );
  }
  const asked = await askRemote(services, remoteUrl);
  if (asked === "unreachable" || asked === "notBuilt")
    return installationOf(remoteUrl, null, asked, null);
  return installationOf(remoteUrl, asked, "notBuilt", null);
}

function installationOf(
  masterUrl: string,
  offered: OfferedAgents | null,
  otherwise: "notBuilt" | "unreachable",
  rootFingerprint: string | null,
): AgentInstallation {
  const nothing = !offered || offered.archives.length === 0;
  return {
    masterUrl: masterUrl.replace(/\/+$/, ""),
    rootFingerprint: offered?.rootFingerprint ?? rootFingerprint,
    archives: (offered?.archives ?? []).map(({ platform, version, mode, sha256, sizeBytes }) => ({
      ...{ platform, version, mode, sha256, sizeBytes },
    })),
    installers: offered?.installers ?? [],
    missing: nothing ? otherwise : null,
  };
}

async function askRemote(
  { log }: Services,
  masterUrl: string,
): Promise<OfferedAgents | "unreachable" | "notBuilt"> {
  try {
    const url = new URL(
      downloadPaths.index.slice(1),
      masterUrl.endsWith("/") ? masterUrl : `${masterUrl}/`,
    );
    const response = await guardedFetch(url, { signal: AbortSignal.timeout(remoteMsMax) });
    if (response.status === 404) return "notBuilt";
    const text = await response.text();
    if (!response.ok || text.length > remoteBytesMax) throw new Error(`answers ${response.status}`);
    return OfferedAgents.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ masterUrl, err: String(error) }, "a remote master did not say what it installs");
    return "unreachable";
  }
}

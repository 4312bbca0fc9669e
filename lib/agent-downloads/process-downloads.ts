import { processWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";
import { agentFolder } from "./agent-folder.ts";
import { DownloadFolder } from "./download-folder.ts";

/** One per process, so that an archive is hashed once whichever way it is asked for. */
export function processDownloads({ env, log }: Pick<Services, "env" | "log">): DownloadFolder {
  return processWide(
    "agent-downloads",
    () =>
      new DownloadFolder(agentFolder(env), (message) =>
        log.warn({ problem: message }, "an archive of ifrit-agent cannot be served"),
      ),
  );
}

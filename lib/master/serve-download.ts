import type { IncomingMessage, ServerResponse } from "node:http";
import { answerDownload } from "../agent-downloads/answer-download.ts";
import { processDownloads } from "../agent-downloads/process-downloads.ts";
import { readRootFingerprint } from "../agent-downloads/read-root-fingerprint.ts";
import type { Services } from "../platform/services.ts";
import { send } from "./serve-node.ts";

/** Under /install/, in every role: a master without a console has machines to install, too. */
export async function serveDownload(
  services: Services,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = req.url ?? "";
  const question = url.indexOf("?");
  const answer = await answerDownload(
    processDownloads(services),
    () => readRootFingerprint(services),
    {
      method: req.method ?? "GET",
      path: question === -1 ? url : url.slice(0, question),
      header: (name) => req.headers[name] as string | undefined,
    },
  );
  await send(req, res, answer);
}

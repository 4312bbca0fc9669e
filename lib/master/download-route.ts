import { answerDownload } from "../agent-downloads/answer-download.ts";
import { processDownloads } from "../agent-downloads/process-downloads.ts";
import { readRootFingerprint } from "../agent-downloads/read-root-fingerprint.ts";
import { services as processServices } from "../platform/services.ts";
import { toResponse } from "./serve-web.ts";

/** Under /install/, for `next start` without our server. Next answers HEAD with it, too. */
export async function downloadRoute(request: Request): Promise<Response> {
  const services = processServices();
  const answer = await answerDownload(
    processDownloads(services),
    () => readRootFingerprint(services),
    {
      method: request.method,
      path: new URL(request.url).pathname,
      header: (name) => request.headers.get(name) ?? undefined,
    },
  );
  return toResponse(answer);
}

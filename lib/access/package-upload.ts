import { Sha256 } from "../contract/names.ts";
import type { PackageUpload } from "../packages/upload-package.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { parseWith, streamBody } from "./request-input.ts";

export const sha256Header = "ifrit-sha256";
const archiveTypes = new Set([
  "application/gzip",
  "application/x-gzip",
  "application/octet-stream",
]);

/** @throws ProblemError unsupported_media_type, invalid_request */
export function packageUpload(request: Request): PackageUpload {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!archiveTypes.has(type))
    throw new ProblemError(
      "unsupported_media_type",
      "Send the archive itself, as content-type application/gzip.",
    );
  const sha256 = request.headers.get(sha256Header)?.toLowerCase();
  return {
    body: streamBody(request),
    expectedSha256: sha256 === undefined ? undefined : parseWith(Sha256, sha256),
  };
}

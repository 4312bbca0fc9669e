import { queryOptions } from "@tanstack/react-query";
import {
  ApiError,
  apiPath,
  getQuery,
  parseAnswer,
  requestJson,
  requestNothing,
  toApiError,
} from "../api/queries.ts";
import {
  AgentDetail,
  AgentList,
  PackageUploaded,
  StoredSignature,
} from "../contract/console-views.ts";

export function agentsQuery(filter: { cluster?: string | null }) {
  return queryOptions({
    ...getQuery(["agents", filter], apiPath("/agents", filter), AgentList),
    refetchInterval: 10_000,
  });
}

export function agentQuery(name: string, filter: { cluster?: string | null } = {}) {
  return queryOptions({
    ...getQuery(
      ["agent", name, filter],
      apiPath(`/agents/${encodeURIComponent(name)}`, filter),
      AgentDetail,
    ),
    refetchInterval: 10_000,
  });
}

export function deletePackage(id: number): Promise<void> {
  return requestNothing(apiPath(`/packages/${id}`), { method: "DELETE" });
}

/** `envelope`: what `npm run keys -- sign` wrote, as it is. */
export function storeSignature(packageId: number, envelope: string): Promise<StoredSignature> {
  return requestJson(apiPath(`/packages/${packageId}/signature`), StoredSignature, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ envelope }),
  });
}

/** XMLHttpRequest, because fetch does not tell how much of a body has been sent. */
export function uploadPackage(
  file: Blob,
  options: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<PackageUploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", apiPath("/packages"));
    request.setRequestHeader("content-type", "application/gzip");
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => options.onProgress(loaded / total);
    request.onload = () => {
      if (request.status >= 300) return reject(toApiError(request.status, request.responseText));
      try {
        resolve(parseAnswer(PackageUploaded, request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(new ApiError("unreachable", 0, null, "the upload broke off"));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    options.signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

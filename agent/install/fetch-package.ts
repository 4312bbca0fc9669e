import type { MasterSession } from "../poll/master-session.ts";

export interface PackageResponse {
  /** What is there must be thrown away: the body, if any, begins at the first byte. */
  restart: boolean;
  body: ReadableStream<Uint8Array> | null;
  etag: string | null;
}

const redirectsMax = 5;

/** Asks for an archive from `offset` on. A redirect is followed, but the machine's token only goes to its master. */
export async function fetchPackage(
  fetcher: typeof fetch,
  session: MasterSession,
  path: string,
  from: { offset: number; etag: string | null; signal: AbortSignal },
): Promise<PackageResponse> {
  const master = session.url(path);
  let url = master;
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const headers = new Headers();
    if (new URL(url).origin === new URL(master).origin)
      headers.set("authorization", await session.authorization());
    if (from.offset > 0) headers.set("range", `bytes=${from.offset}-`);
    if (from.offset > 0 && from.etag !== null) headers.set("if-range", from.etag);
    const response = await fetcher(url, { headers, redirect: "manual", signal: from.signal });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status <= 399 && location !== null) {
      await response.body?.cancel();
      url = new URL(location, url).href;
      continue;
    }
    return await read(response, session, from.offset);
  }
  throw new Error("the package is redirected too often");
}

async function read(
  response: Response,
  session: MasterSession,
  offset: number,
): Promise<PackageResponse> {
  const etag = response.headers.get("etag");
  if (
    response.status === 206 &&
    response.headers.get("content-range")?.startsWith(`bytes ${offset}-`)
  ) {
    return { restart: false, body: response.body, etag };
  }
  if (response.status === 200) return { restart: offset > 0, body: response.body, etag };
  await response.body?.cancel();
  // Another range than asked for, or none left: what is on disk belongs to other bytes.
  if (response.status === 206 || response.status === 416)
    return { restart: true, body: null, etag: null };
  if (response.status === 401) session.forgetToken();
  throw new Error(`the package answered ${response.status}`);
}

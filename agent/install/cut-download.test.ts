import assert from "node:assert/strict";
import { seededRandom } from "../crash/seeded-random.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { sha256 } from "../testing/build-package.ts";
import { createContext } from "../testing/create-context.ts";
import { downloadPackage } from "./download-package.ts";
import { fileSha256 } from "./file-digest.ts";

const mebibyte = 1024 * 1024;

/** Passes connections on, and breaks each of the first ones after a random number of bytes. */
class CuttingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  cuts = 0;
  /** Towards the client, headers included. */
  bytesPassed = 0;

  constructor(
    private readonly target: Deno.NetAddr,
    private readonly settings: { cutsMax: number; bytesMax: number; random: () => number },
  ) {
    this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#pass(client).catch(() => {});
  }

  async #pass(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect({ hostname: this.target.hostname, port: this.target.port });
    client.readable.pipeTo(server.writable).catch(() => {});
    const { cutsMax, bytesMax, random } = this.settings;
    let left = this.cuts < cutsMax ? 1 + Math.floor(random() * bytesMax) : Infinity;
    const writer = client.writable.getWriter();
    try {
      for await (const chunk of server.readable) {
        const part = chunk.subarray(0, Math.min(chunk.length, left));
        await writer.write(part);
        this.bytesPassed += part.length;
        left -= chunk.length;
        if (left <= 0) break;
      }
    } finally {
      if (left <= 0) this.cuts++;
      await writer.close().catch(() => {});
      for (const end of [client, server])
        try {
          end.close();
        } catch {
          // Its streams have closed it.
        }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    return Promise.resolve();
  }
}

Deno.test("fault 30: 100 MB over a connection that is cut 100 times at random bytes cost at most a tenth more", async () => {
  await using ctx = await createContext();
  const bytes = new Uint8Array(100 * mebibyte);
  for (let from = 0; from < bytes.length; from += 65_536)
    crypto.getRandomValues(bytes.subarray(from, from + 65_536));
  const ref = { sha256: sha256(bytes), size: bytes.length };
  const seed = Math.floor(Math.random() * 1_000_000);
  console.log(`    seed ${seed}`);
  const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using store = Deno.serve(listen, (request) => part(request, bytes));
  const settings = { cutsMax: 100, bytesMax: 1.9 * mebibyte, random: seededRandom(seed) };
  await using proxy = new CuttingProxy(store.addr, settings);
  const session = {
    url: (path: string) => `${proxy.url}${path}`,
    authorization: () => Promise.resolve("Bearer secret"),
    forgetToken: () => {},
  } as unknown as MasterSession;
  const path = await downloadPackage(
    { ...ctx, random: () => 0.01 },
    {
      ...{ session, ref, cache: ctx.layout.agent("sample").cache, onProgress: () => {} },
      signal: new AbortController().signal,
    },
  );
  assert.equal(await fileSha256(path), ref.sha256);
  assert.ok(proxy.cuts >= 95, `only ${proxy.cuts} cuts`);
  const times = proxy.bytesPassed / ref.size;
  console.log(`    ${proxy.cuts} cuts, ${times.toFixed(3)} times the bytes`);
  assert.ok(times <= 1.1);
});

/** In small pieces, so that a copy of what a cut throws away is never made. */
function part(request: Request, bytes: Uint8Array<ArrayBuffer>): Response {
  const etag = '"e"';
  const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
  if (range !== null) assert.equal(request.headers.get("if-range"), etag);
  let from = Number(range?.[1] ?? 0);
  const headers = { etag, "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (from >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(from, from + 65_536));
      from += 65_536;
    },
  });
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

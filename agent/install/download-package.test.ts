import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { PackageRef } from "@contract/desired-state.ts";
import { ChangeError } from "../change-error.ts";
import { systemClock } from "../platform/clock.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { sha256 } from "../testing/build-package.ts";
import { createContext, type TestContext } from "../testing/create-context.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { rangeResponse } from "../testing/fake-master.ts";
import { DownloadPace } from "./download-pace.ts";
import { type DownloadLimits, downloadPackage } from "./download-package.ts";

const bytes = new Uint8Array(randomBytes(300_000));
const ref: PackageRef = { sha256: sha256(bytes), size: bytes.length };

interface Store extends AsyncDisposable {
  url: string;
  seen: Headers[];
}

function serve(answer: (request: Request, count: number) => Response | Promise<Response>): Store {
  const seen: Headers[] = [];
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    },
    (request) => {
      seen.push(request.headers);
      return answer(request, seen.length);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function download(
  ctx: TestContext,
  store: Store,
  limits: Partial<DownloadLimits> = {},
  onProgress = (_percent: number) => {},
  signal = new AbortController().signal,
) {
  const session = {
    url: (path: string) => `${store.url}${path}`,
    authorization: () => Promise.resolve("Bearer secret"),
    forgetToken: () => {},
  } as unknown as MasterSession;
  const fast = { ...ctx, random: () => 0.01 };
  const cache = ctx.layout.agent("sample").cache;
  return downloadPackage(fast, {
    session,
    cache,
    ref,
    onProgress,
    signal,
    limits,
  });
}

/** The given bytes, then the connection breaks. */
function cutAfter(part: Uint8Array, init: ResponseInit): Response {
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!sent) controller.enqueue(new Uint8Array(part));
      else {
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.error(new Error("cut"));
      }
      sent = true;
    },
  });
  return new Response(body, init);
}

function offsetOf(request: Request): number {
  return Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
}

async function partSize(ctx: TestContext): Promise<number> {
  const path = `${ctx.layout.agent("sample").cache}/${ref.sha256}.part`;
  return await Deno.stat(path).then(
    (stat) => stat.size,
    () => 0,
  );
}

async function assertFails(work: Promise<unknown>, reason: string, message: RegExp): Promise<void> {
  const error = await work.then(
    () => null,
    (error) => error,
  );
  assert.ok(error instanceof ChangeError, `${error}`);
  assert.equal(error.reason, reason);
  assert.match(error.message, message);
}

Deno.test("downloadPackage() brings the bytes and tells how far it is", async () => {
  await using ctx = await createContext();
  await using store = serve((request) => rangeResponse(request, bytes, '"e"'));
  const percents: number[] = [];
  const path = await download(ctx, store, {}, (percent) => percents.push(percent));
  assert.deepEqual(await Deno.readFile(path), bytes);
  assert.equal(percents.at(-1), 100);
  assert.deepEqual(
    percents,
    percents.toSorted((a, b) => a - b),
  );
  assert.equal(store.seen[0]?.get("authorization"), "Bearer secret");
  await download(ctx, store);
  assert.equal(store.seen.length, 1, "what is cached is not fetched again");
});

Deno.test("downloads share the bytes per second that the machine may take", async () => {
  await using ctx = await createContext();
  await using store = serve((request) => rangeResponse(request, bytes, '"e"'));
  const downloadPace = new DownloadPace(systemClock, () => 0, {
    bytesPerSecondMax: bytes.length * 2,
  });
  const startedAtMs = performance.now();
  await download({ ...ctx, downloadPace }, store);
  await downloadPace.took(bytes.length, new AbortController().signal);
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs >= 950, `two archives at half a second each took ${tookMs} ms`);
});

Deno.test("a download that waits for its turn ends at once when it is not wanted any more", async () => {
  await using ctx = await createContext();
  await using store = serve((request) => rangeResponse(request, bytes, '"e"'));
  for (const limits of [{ bytesPerSecondMax: 1 }, { startSpreadSeconds: 3600 }]) {
    const downloadPace = new DownloadPace(systemClock, () => 0.5, limits);
    const startedAtMs = performance.now();
    const signal = AbortSignal.timeout(200);
    await assert.rejects(download({ ...ctx, downloadPace }, store, {}, undefined, signal));
    assert.ok(performance.now() - startedAtMs < 5000);
  }
});

Deno.test("DownloadPace spreads the beginnings over the time given", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  for (const random of [0, 0.25, 1])
    await new DownloadPace(clock, () => random, { startSpreadSeconds: 40 }).begin(signal);
  assert.deepEqual(clock.slept, [0, 10_000, 40_000]);
});

Deno.test("fault 30: downloadPackage() goes on after each of 25 cuts with at most a tenth more bytes", async () => {
  await using ctx = await createContext();
  let sent = 0;
  await using store = serve((request, count) => {
    const from = offsetOf(request);
    const part = bytes.slice(from, Math.min(bytes.length, from + 12_000));
    sent += part.length;
    if (count > 25) return rangeResponse(request, bytes, '"e"');
    if (from === 0) return cutAfter(part, { headers: { etag: '"e"' } });
    assert.equal(request.headers.get("if-range"), '"e"');
    return cutAfter(part, {
      status: 206,
      headers: {
        etag: '"e"',
        "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      },
    });
  });
  assert.deepEqual(await Deno.readFile(await download(ctx, store)), bytes);
  assert.ok(sent <= bytes.length * 1.1, `${sent} bytes`);
});

Deno.test("fault 30: downloadPackage() begins anew when the archive behind the address has changed", async () => {
  await using ctx = await createContext();
  await using store = serve((request, count) =>
    count === 1
      ? cutAfter(new Uint8Array(1000), { headers: { etag: '"old"' } })
      : rangeResponse(request, bytes, '"new"'),
  );
  assert.deepEqual(await Deno.readFile(await download(ctx, store)), bytes);
});

Deno.test("downloadPackage() begins anew when the answer is for another range", async () => {
  await using ctx = await createContext();
  await using store = serve((request, count) => {
    if (count === 1) return cutAfter(bytes.slice(0, 5000), {});
    if (count === 2)
      return new Response(bytes.slice(100), {
        status: 206,
        headers: { "content-range": `bytes 100-${bytes.length - 1}/${bytes.length}` },
      });
    return rangeResponse(request, bytes, '"e"');
  });
  assert.deepEqual(await Deno.readFile(await download(ctx, store)), bytes);
});

Deno.test("downloadPackage() refuses other bytes and keeps nothing of them", async () => {
  await using ctx = await createContext();
  await using store = serve(() => new Response(new Uint8Array(bytes.length)));
  await assertFails(download(ctx, store), "digest_mismatch", /does not have the digest/);
  assert.equal(await partSize(ctx), 0);
});

Deno.test("fault 23: downloadPackage() refuses one flipped bit anywhere", async () => {
  await using ctx = await createContext();
  for (const at of [0, 150_000, bytes.length - 1]) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1;
    await using store = serve(() => new Response(flipped));
    await assertFails(download(ctx, store), "digest_mismatch", /digest/);
  }
});

Deno.test("fault 27: downloadPackage() stops an endless body at the announced size", async () => {
  await using ctx = await createContext();
  const chunk = new Uint8Array(64 * 1024);
  await using store = serve(
    () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) })),
  );
  await assertFails(download(ctx, store), "digest_mismatch", /longer than the 300000 bytes/);
});

Deno.test("fault 27: downloadPackage() gives up on a trickle at its deadline and keeps what came", async () => {
  await using ctx = await createContext();
  await using store = serve(() => {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        controller.enqueue(bytes.slice(0, 1));
      },
    });
    return new Response(body);
  });
  const limits = { graceMs: 300, bytesPerSecondMin: 1e9 };
  await assertFails(download(ctx, store, limits), "download_failed", /too slow/);
  assert.ok((await partSize(ctx)) > 0);
});

Deno.test("downloadPackage() gives up on a server that falls silent", async () => {
  await using ctx = await createContext();
  await using store = serve(() => {
    let timer: ReturnType<typeof setTimeout>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 10));
        timer = setTimeout(() => controller.close(), 5000);
      },
      cancel: () => clearTimeout(timer),
    });
    return new Response(body);
  });
  await assertFails(
    download(ctx, store, { attempts: 1, stallMs: 100 }),
    "download_failed",
    /no byte came/,
  );
});

Deno.test("downloadPackage() gives up after so many refusals", async () => {
  await using ctx = await createContext();
  await using store = serve(() => new Response("no", { status: 500 }));
  await assertFails(download(ctx, store, { attempts: 3 }), "download_failed", /answered 500/);
  assert.equal(store.seen.length, 3);
});

Deno.test("downloadPackage() follows a redirect to a package store without showing it the machine's token", async () => {
  await using ctx = await createContext();
  await using store = serve((request) => rangeResponse(request, bytes, '"e"'));
  await using master = serve(() => Response.redirect(`${store.url}/elsewhere`, 307));
  assert.deepEqual(await Deno.readFile(await download(ctx, master)), bytes);
  assert.equal(master.seen[0]?.get("authorization"), "Bearer secret");
  assert.equal(store.seen[0]?.get("authorization"), null);
});

Deno.test("downloadPackage() does not go round in a circle of redirects", async () => {
  await using ctx = await createContext();
  await using master = serve((request) => Response.redirect(request.url, 302));
  await assertFails(
    download(ctx, master, { attempts: 1 }),
    "download_failed",
    /redirected too often/,
  );
});

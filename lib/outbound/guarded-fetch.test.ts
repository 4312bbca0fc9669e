import type { lookup } from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { whyNoAnswer } from "../clusters/why-no-answer.ts";
import { guardedAgent, guardedFetch } from "./guarded-fetch.ts";

let port = 0;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (request.url !== "/away") return response.end("here");
  response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** A name server that gives these answers, one after the other; the last of them again and again. */
function nameServer(...answers: string[][]) {
  let turn = 0;
  return ((_host: string, _options: unknown, done: (error: null, found: unknown) => void) => {
    const addresses = answers[Math.min(turn++, answers.length - 1)] ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;
}

async function ask(host: string, path = "/", names = nameServer(["127.0.0.1"])): Promise<string> {
  const agent = guardedAgent(names);
  try {
    const signal = AbortSignal.timeout(5_000);
    const url = new URL(`http://${host}:${port}${path}`);
    return await (await guardedFetch(url, { signal }, agent)).text();
  } catch (error) {
    return whyNoAnswer(error).code;
  } finally {
    await agent.destroy();
  }
}

it("asks where a master may be", async () => {
  expect(await ask("127.0.0.1")).toBe("here");
  expect(await ask("master.example")).toBe("here");
});

it.each([
  "169.254.169.254",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "169.254.43518",
  "0",
  "0.0.0.0",
  "[::]",
  "[::ffff:169.254.169.254]",
  "[fe80::1]",
  "169.254.169.254.",
])("fault 62: an address as %s is refused before anything is sent", async (host) => {
  expect(await ask(host, "/", nameServer(["169.254.169.254"]))).toBe("address");
});

it("fault 62: a name that leads there is refused, also when only one of its addresses does", async () => {
  expect(await ask("metadata.example", "/", nameServer(["169.254.169.254"]))).toBe("address");
  expect(await ask("mixed.example", "/", nameServer(["127.0.0.1", "fe80::1"]))).toBe("address");
});

it("fault 62: a name that changes its answer is asked once per connection, and what was looked at is connected to", async () => {
  const before = asked.length;
  const names = nameServer(["127.0.0.1"], ["169.254.169.254"]);
  const agent = guardedAgent(names);
  const url = new URL(`http://turning.example:${port}/rebind`);
  const once = await guardedFetch(url, { signal: AbortSignal.timeout(5_000) }, agent);
  expect(await once.text()).toBe("here");
  await agent.destroy();
  expect(asked.slice(before)).toEqual(["/rebind"]);
  expect(await ask("turned.example", "/", nameServer(["169.254.169.254"]))).toBe("address");
});

it("fault 62: a redirect is not followed, and other schemes are not spoken", async () => {
  expect(await ask("127.0.0.1", "/away")).toBe("redirect");
  const file = guardedFetch(new URL("file:///etc/passwd"), { signal: AbortSignal.timeout(1_000) });
  await expect(file).rejects.toThrow("file: is not spoken here");
});

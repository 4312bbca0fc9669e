import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OfferedAgents } from "../contract/agent-installation.ts";
import type { AgentAnswer } from "../platform/agent-answer.ts";
import { answerDownload } from "./answer-download.ts";
import { DownloadFolder } from "./download-folder.ts";

const archive = Buffer.from("these bytes stand for an archive");
const installer = Buffer.from("#!/bin/sh\necho installed\n");
const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const fingerprint = "f".repeat(64);

let folder: string;
let problems: string[];
let downloads: DownloadFolder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ifrit-downloads-"));
  problems = [];
  downloads = new DownloadFolder(folder, (message) => problems.push(message));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(): Promise<void> {
  await writeFile(join(folder, "a-1.0.0-linux-x64.tar.gz"), archive);
  await writeFile(join(folder, "agent.sh"), installer);
  await writeFile(join(folder, "secret.txt"), "not to be served");
  const index = {
    schema: 1,
    archives: [
      {
        ...{ platform: "linux-x64", version: "1.0.0", mode: "runtime", unpackedBytes: 100 },
        ...{ file: "a-1.0.0-linux-x64.tar.gz", sha256: digest(archive), sizeBytes: archive.length },
      },
    ],
    installers: [{ name: "agent.sh", sha256: digest(installer), sizeBytes: installer.length }],
  };
  await writeFile(join(folder, "agents.json"), JSON.stringify(index));
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  const request = { method, path, header: (name: string) => headers[name] };
  return answerDownload(downloads, async () => fingerprint, request);
}

async function bytesOf({ body }: AgentAnswer): Promise<string> {
  if (body === null || Buffer.isBuffer(body)) return body?.toString() ?? "";
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(body.path, { start: body.start, end: body.end }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const archivePath = () => `/install/agents/linux-x64/${digest(archive)}`;
const headerOf = ({ headers }: AgentAnswer, name: string) => headers[headers.indexOf(name) + 1];

test("answerDownload() serves the installer, the archive and the index, byte for byte", async () => {
  await fill();
  expect(await bytesOf(await ask("/install/agent.sh"))).toBe(installer.toString());
  const got = await ask(archivePath());
  expect([got.status, await bytesOf(got)]).toEqual([200, archive.toString()]);
  expect(headerOf(got, "cache-control")).toContain("immutable");
  const index = OfferedAgents.parse(JSON.parse(await bytesOf(await ask("/install/agents.json"))));
  expect(index.rootFingerprint).toBe(fingerprint);
  expect(index.archives[0]?.sha256).toBe(digest(archive));
});

test("answerDownload() answers HEAD, ranges and what the client has already", async () => {
  await fill();
  const head = await ask(archivePath(), {}, "HEAD");
  expect([head.body, headerOf(head, "content-length")]).toEqual([null, String(archive.length)]);
  const part = await ask(archivePath(), { range: "bytes=6-10" });
  expect([part.status, await bytesOf(part)]).toEqual([206, "bytes"]);
  expect((await ask(archivePath(), { range: "bytes=999-" })).status).toBe(416);
  const known = await ask(archivePath(), { "if-none-match": `"${digest(archive)}"` });
  expect([known.status, known.body]).toEqual([304, null]);
  expect((await ask(archivePath(), {}, "POST")).status).toBe(405);
});

test("answerDownload() gives nothing but what the index names, whatever the path says", async () => {
  await fill();
  const sha256 = digest(archive);
  const tried = [
    ...["/install/secret.txt", "/install/SHA256SUMS", "/install/", "/install/agents/"],
    ...[
      "/install/../agents.json",
      "/install/agents/../../secret.txt",
      "/install/%2e%2e/secret.txt",
    ],
    ...[
      `/install/agents/linux-x64/../linux-x64/${sha256}`,
      `/install/agents/linux-x64/${sha256}/..`,
    ],
    ...[`/install/agents/windows-x64/${sha256}`, `/install/agents/linux-x64/${"0".repeat(64)}`],
    ...["/install/agents/linux-x64/..%2f..%2fsecret.txt", `/install//agents/linux-x64/${sha256}`],
    ...["/install/agents/linux-x64/secret.txt", "/install/agent.sh\0", "/install/agent.ps1"],
  ];
  for (const path of tried) expect((await ask(path)).status, path).toBe(404);
});

test("answerDownload() never serves a file that is not what the index says", async () => {
  await fill();
  expect((await ask(archivePath())).status).toBe(200);
  const file = join(folder, "a-1.0.0-linux-x64.tar.gz");
  // As long as before, and with its times: only its bytes differ.
  const { atime, mtime } = await stat(file);
  await writeFile(file, Buffer.from(archive).fill("x", 3, 4));
  await utimes(file, atime, mtime);
  expect((await ask(archivePath())).status).toBe(404);
  await writeFile(file, archive);
  await utimes(file, 1, 1);
  expect((await ask(archivePath())).status).toBe(200);
  await appendFile(file, "!");
  expect((await ask(archivePath())).status).toBe(404);
  expect(problems.join()).toContain("not what agents.json says");
});

test("answerDownload() says what to do where nothing was built, or the index is damaged", async () => {
  for (const text of [
    null,
    "{",
    '{"schema":2}',
    '{"schema":1,"archives":[{"file":"../../etc/passwd"}]}',
  ]) {
    if (text !== null) await writeFile(join(folder, "agents.json"), text);
    for (const path of ["/install/agent.sh", "/install/agents.json", archivePath()]) {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(await bytesOf(answer)).toContain("npm run agent:build");
    }
  }
  expect(problems.length).toBeGreaterThan(0);
});

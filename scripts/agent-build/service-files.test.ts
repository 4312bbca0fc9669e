import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { validate } from "dockerfile-utils";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { beforeAll, describe, expect, test } from "vitest";
import { Language, Parser } from "web-tree-sitter";
import { renderLaunchdPlist } from "../../agent/service/render-launchd-plist.ts";
import { renderLauncher } from "../../agent/service/render-launcher.ts";
import { renderWindowsLauncher } from "../../agent/service/render-windows-launcher.ts";
import { renderWindowsTask } from "../../agent/service/render-windows-task.ts";
import { repoRoot } from "../repo-root.ts";
import { renderInstaller } from "./render-installers.ts";
import { runProgram, succeeds } from "./testing/run-program.ts";

/* What cannot be run here (launchd, Windows, image builds) is at least read by a parser of its language. */

const odd = { program: "/opt/a & <b>/ifrit-agent", root: '/var/lib/"ifrit" & co' };
const parser = new XMLParser({ ignoreAttributes: false, trimValues: false });
const source = (path: string) => readFileSync(join(repoRoot, path), "utf8");

test("the job of launchd is well-formed and says what was meant, whatever the paths are", () => {
  const text = renderLaunchdPlist(odd);
  expect(XMLValidator.validate(text)).toBe(true);
  const { dict } = parser.parse(text).plist;
  expect(dict.array.string).toEqual([odd.program, "guard", "--root", odd.root]);
  expect(dict.key.slice(0, 3)).toEqual(["Label", "ProgramArguments", "RunAtLoad"]);
  expect(XMLValidator.validate(text.replace("&amp;", "&").replace("</dict>", ""))).not.toBe(true);
});

test("the task of Windows is well-formed and says what was meant", () => {
  const windows = { program: "C:\\Program Files\\R&D\\ifrit-agent.cmd", root: "C:\\ifrit data" };
  const text = renderWindowsTask(windows);
  expect(XMLValidator.validate(text)).toBe(true);
  const { Exec } = parser.parse(text).Task.Actions;
  expect(Exec.Command).toBe(windows.program);
  expect(Exec.Arguments).toBe(`guard --root "${windows.root}"`);
});

test("the Dockerfile is one, and its instructions are known", () => {
  const worst = (text: string) => validate(text).map(({ message }) => message);
  expect(worst(source("deploy/container/Dockerfile"))).toEqual([]);
  expect(worst("FROM debian\nINSTALL ifrit\n")).not.toEqual([]);
});

describe("PowerShell", () => {
  let powerShell: Parser;
  beforeAll(async () => {
    const require = createRequire(import.meta.url);
    await Parser.init();
    const folder = dirname(require.resolve("tree-sitter-powershell/package.json"));
    powerShell = new Parser();
    powerShell.setLanguage(await Language.load(join(folder, "tree-sitter-powershell.wasm")));
  });
  const isRead = (text: string) => powerShell.parse(text)?.rootNode.hasError === false;

  test("installer, launchers and guard can be read by a parser of the language", () => {
    const archive = {
      ...{ platform: "windows-x64" as const, version: "1.0.0", mode: "runtime" as const },
      ...{ file: "a.tar.gz", sha256: "a".repeat(64), sizeBytes: 1, unpackedBytes: 2 },
    };
    const installer = source("scripts/agent-build/installers/agent.ps1");
    expect(isRead(renderInstaller(installer, [archive]))).toBe(true);
    expect(isRead(renderWindowsLauncher({}))).toBe(true);
    expect(isRead(renderWindowsLauncher({ compiled: true }))).toBe(true);
    expect(isRead(source("agent/service/ifrit-guard.ps1"))).toBe(true);
    expect(isRead(installer.replace("function Stop-Task {", "function Stop-Task {{"))).toBe(false);
  });

  test("the launcher grants what the one for Linux grants", () => {
    const flags = (text: string) => [...text.matchAll(/"(--[^"]+)"/g)].map((match) => match[1]);
    expect(flags(renderWindowsLauncher({}))).toEqual(flags(renderLauncher({})));
  });
});

const scripts: [string, string][] = [
  ["agent.sh", source("scripts/agent-build/installers/agent.sh")],
  ["ifrit-entrypoint", source("deploy/container/ifrit-entrypoint.sh")],
  ["ifrit-guard", source("agent/service/ifrit-guard.sh")],
  ["the launcher", renderLauncher({})],
  ["the compiled program's launcher", renderLauncher({ compiled: true })],
];
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([name]) =>
  succeeds("/bin/sh", ["-c", `command -v ${name}`]),
);

test.each(scripts)("%s can be read by every shell that is here", async (_, text) => {
  expect(shells.length).toBeGreaterThan(0);
  for (const [shell = "", ...words] of shells) {
    const done = await runProgram(shell, [...words, "-n"], {
      input: text,
      env: { PATH: process.env.PATH ?? "" },
    });
    expect(done, shell).toMatchObject({ code: 0, stderr: "" });
  }
});

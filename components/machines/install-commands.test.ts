import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  type AgentInstallation,
  AgentInstallation as Schema,
} from "@/lib/contract/agent-installation.ts";
import { installCommands, installTargets } from "./install-commands.ts";

const token = "ife1_0123456789abcdefABCDEF_-";
const digest = (letter: string) => letter.repeat(64);
const installation: AgentInstallation = Schema.parse({
  masterUrl: "https://ifrit.example.com",
  rootFingerprint: digest("f"),
  archives: ["linux-x64", "darwin-arm64", "windows-x64"].map((platform) => ({
    ...{ platform, version: "1.0.0", mode: "runtime", sha256: digest("a"), sizeBytes: 5 },
  })),
  installers: [
    { name: "agent.sh", sha256: digest("b"), sizeBytes: 7 },
    { name: "agent.ps1", sha256: digest("c"), sizeBytes: 7 },
  ],
  missing: null,
});
const all = (target: (typeof installTargets)[number], given = installation) => {
  const commands = installCommands(target, given, token)!;
  return [...commands.steps, ...commands.review].map(({ code }) => code);
};

test("every kind of machine is given master, token, pinned digest and trust root", () => {
  for (const target of installTargets) {
    const text = all(target).join("\n");
    expect(text).toContain(installation.masterUrl);
    expect(text).toContain(token);
    expect(text).toContain(digest(target === "windows" ? "c" : "b"));
    expect(text).toContain(digest("f"));
  }
  const unsigned = all("linux", { ...installation, rootFingerprint: null }).join("\n");
  expect(unsigned).not.toContain("fingerprint");
});

test("the token is never an argument of a program", () => {
  for (const target of ["linux", "macos"] as const)
    for (const code of all(target))
      if (code.includes(token))
        expect(code).toMatch(new RegExp(`(^|&& )echo ${token} \\| sudo sh `));
  for (const code of all("windows"))
    if (code.includes(token)) expect(code).toContain(`$env:IFRIT_ENROLLMENT_TOKEN = '${token}'`);
  expect(all("container").filter((code) => code.includes(token))).toEqual([
    expect.stringMatching(/^export /),
  ]);
});

test("every command for a shell is one that a shell can read, also with an odd address", () => {
  const odd = { ...installation, masterUrl: "http://[::1]:3000/it's $(here)" };
  for (const target of ["linux", "macos"] as const)
    for (const code of [...all(target), ...all(target, odd)])
      execFileSync("/bin/sh", ["-n"], { input: code });
  expect(all("linux", odd).join()).toContain(`'\\''s $(here)`);
});

test("null where the master has no archive for that system, or no installer", () => {
  const onlyLinux = { ...installation, archives: installation.archives.slice(0, 1) };
  expect(
    installTargets.map((target) => installCommands(target, onlyLinux, token) !== null),
  ).toEqual([...[true, false, false, true]]);
  expect(installCommands("linux", { ...installation, installers: [] }, token)).toBeNull();
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { denoFlags } from "../../agent/service/permission-flags.ts";
import { killServers } from "../../lib/testing/launch-server.ts";
import { arm64Emulator, arm64Libraries, arm64Requirement } from "../test/arm64-requirement.ts";
import { builtArchives } from "./testing/built-archives.ts";
import { eventually, type InstallMaster, startInstallMaster } from "./testing/install-master.ts";
import { barePath, endBackgrounds, runProgram, startProgram } from "./testing/run-program.ts";

/* The arm64 archive, run on another processor by an emulator. */

const isHere = process.arch !== "arm64" && arm64Requirement.isPresent();
if (!isHere)
  console.log(
    `skipped: ${arm64Requirement.debianPackages.join(", ")} are not installed, or this is arm64`,
  );

let master: InstallMaster;
let folder: string;
beforeAll(async () => {
  if (!isHere) return;
  master = await startInstallMaster();
  folder = mkdtempSync(join(tmpdir(), "ifrit-arm64-"));
  execFileSync("tar", ["-xzf", builtArchives().file("linux-arm64"), "-C", folder]);
});
afterAll(async () => {
  endBackgrounds();
  await killServers();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!isHere)("the arm64 program enrolls, checks in and reports as arm64", async () => {
  const root = join(folder, "root");
  const files = join(folder, "files");
  const flags = denoFlags({ root, masterUrl: master.url });
  const words = (...args: string[]) => [
    ...["-L", arm64Libraries, join(files, "deno"), "run"],
    ...[...flags, join(files, "ifrit-agent.js"), ...args],
  ];
  const env = { PATH: barePath, IFRIT_ENROLLMENT_TOKEN: master.token };
  const version = await runProgram(arm64Emulator, words("version"), { env });
  expect(version.stdout).toMatch(/^ifrit-agent \S+ \(linux aarch64, /);
  expect((await runProgram(arm64Emulator, words("--help"), { env })).stdout).toContain("Usage:");
  const id = folder.slice(folder.lastIndexOf("/") + 1);
  const enroll = ["enroll", "--root", root, "--master", master.url, "--machine-id", id];
  expect((await runProgram(arm64Emulator, words(...enroll), { env })).stdout).toContain("accepted");
  startProgram(arm64Emulator, words("run", "--root", root), env);
  const machine = await eventually(
    "a report",
    async () => {
      const row = await master.machine(id);
      return row && row.reportSequence > 0 ? row : null;
    },
    100_000,
  );
  expect(machine.platform).toBe("linux-arm64");
  const doctor = await runProgram(arm64Emulator, words("doctor", "--root", root, "--json"), {
    env,
  });
  const findings = JSON.parse(doctor.stdout) as { verdict: string }[];
  expect(findings.filter(({ verdict }) => verdict === "failed")).toEqual([]);
});

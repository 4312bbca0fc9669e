import { PackageManifest } from "@contract/package-manifest.ts";
import { findDrift } from "../integrity/check-version.ts";
import { readRecord } from "../plan/agent-record.ts";
import type { CrashWorld } from "./crash-world.ts";

/** What is wrong with an agent on disk and among processes; null: it is whole, and of this version. */
export async function whatIsWrong(
  world: CrashWorld,
  name: string,
  version: string,
): Promise<string | null> {
  const layout = world.layout.agent(name);
  const current = await world.agent.currentVersion(name);
  if (current !== version) return `current is ${current}, not ${version}`;
  const { change } = await readRecord(layout);
  if (change !== null) return `a change is open: ${JSON.stringify(change)}`;
  const dir = layout.version(version);
  const manifest = PackageManifest.parse(
    JSON.parse(await Deno.readTextFile(`${dir}/manifest.json`)),
  );
  const drift = await findDrift(`${dir}/files`, manifest, new Map());
  if (drift.length > 0) return `files differ: ${drift.join()}`;
  const staged = await namesIn(layout.staging);
  if (staged.length > 0) return `left in staging: ${staged.join()}`;
  if (name === "ifrit-agent") return null;
  const running = await world.agent.runningVersions(name);
  return running.join() === version ? null : `running: [${running.join()}], not ${version}`;
}

/** What is left of an agent that should be gone; null: nothing. */
export async function whatIsLeft(world: CrashWorld, name: string): Promise<string | null> {
  const left = (await namesIn(world.layout.agents)).filter((one) => one === name);
  const trash = await namesIn(world.layout.trash);
  const running = await world.agent.runningVersions(name);
  const all = [
    ...left,
    ...trash.map((one) => `trash/${one}`),
    ...running.map((one) => `runs ${one}`),
  ];
  return all.length === 0 ? null : all.join();
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

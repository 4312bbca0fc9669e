import type { SystemShell } from "../platform/system-shell.ts";
import { findCgroupMount } from "./find-mount.ts";
import { type CgroupLimits, limitFiles } from "./limits.ts";
import {
  type CgroupFiles,
  type CgroupUsage,
  type OomKill,
  parseOomKill,
  parsePids,
  parseUsage,
} from "./parse-usage.ts";

/*
 * Each agent of this root has a group <mount>/ifrit/<name>.<rootId>, its hooks one beside it. The groups
 * lie at the top, not below the service of ifrit-agent: agents outlive its restarts, and a service whose
 * group has children with controllers cannot be started again by systemd.
 */

const usageFiles = ["cgroup.events", "cgroup.procs", "cpu.stat", "memory.stat"];
const wantedControllers = ["cpu", "memory"];

/** What a group can do beyond its controllers: be looked into, be killed as a whole, count its CPU time. */
export class CgroupTree {
  constructor(
    private readonly shell: SystemShell,
    private readonly root: string,
    private readonly rootId: string,
    readonly controllers: ReadonlySet<string>,
  ) {}

  /** The agent's group, or that of its hooks: agents' names have no dot. */
  pathOf(name: string): string {
    return `${this.root}/${name}.${this.rootId}`;
  }

  /** Makes the group anew, so that its counters begin at nothing; null when that cannot be. */
  async create(name: string, limits: CgroupLimits): Promise<string | null> {
    const path = this.pathOf(name);
    await this.shell.ask(`dropdir ${path}`);
    if (!(await this.#ok(`makedir ${path}`))) return null;
    for (const [file, value] of limitFiles(limits, this.controllers)) {
      if (!(await this.#ok(`put ${path}/${file} ${value}`))) return null;
    }
    return path;
  }

  async pids(name: string): Promise<number[]> {
    const files = await this.#read([name], ["cgroup.procs"]);
    return parsePids(files.get(name)?.get("cgroup.procs") ?? "");
  }

  /** Kills all that is in the group in one go: nothing can fork itself past it. */
  async kill(name: string): Promise<void> {
    await this.shell.ask(`put ${this.pathOf(name)}/cgroup.kill 1`);
  }

  /** Takes empty groups away. */
  async remove(...names: string[]): Promise<void> {
    if (names.length > 0)
      await this.shell.ask(`dropdir ${names.map((name) => this.pathOf(name)).join(" ")}`);
  }

  async usage(names: readonly string[]): Promise<Map<string, CgroupUsage>> {
    if (names.length === 0) return new Map();
    const { byPath, paths } = this.#pathsOf(names, usageFiles);
    const read = new Map<string, Map<string, string>>();
    for (const line of await this.shell.ask(`usage ${paths.join(" ")}`)) {
      const colon = line.indexOf(":", this.root.length);
      const slash = line.lastIndexOf("/", colon);
      const name = byPath.get(line.slice(0, slash));
      if (name === undefined) continue;
      const files = read.get(name) ?? new Map<string, string>();
      const file = line.slice(slash + 1, colon);
      read.set(name, files.set(file, `${files.get(file) ?? ""}${line.slice(colon + 1)}\n`));
    }
    const usages = [...read].map(([name, read]) => [name, parseUsage(read)] as const);
    return new Map(usages.filter((one): one is [string, CgroupUsage] => one[1] !== null));
  }

  async oomKills(names: readonly string[]): Promise<Map<string, OomKill>> {
    if (!this.controllers.has("memory")) return new Map();
    const files = await this.#read(names, ["memory.events", "memory.max", "memory.peak"]);
    const kills = [...files].map(([name, read]) => [name, parseOomKill(read)] as const);
    return new Map(kills.filter((one): one is [string, OomKill] => one[1] !== null));
  }

  async #read(names: readonly string[], files: string[]): Promise<Map<string, CgroupFiles>> {
    if (names.length === 0) return new Map();
    const { byPath, paths } = this.#pathsOf(names, files);
    const found = new Map<string, Map<string, string>>();
    let add = (_line: string) => {};
    for (const line of await this.shell.ask(`get ${paths.join(" ")}`)) {
      const header = /^=(\/.*)\/([^/]+)$/.exec(line);
      if (header === null) {
        add(line);
        continue;
      }
      const name = byPath.get(header[1] ?? "") ?? "";
      const read = found.get(name) ?? new Map<string, string>();
      found.set(name, read);
      read.set(header[2]!, "");
      add = (text) => read.set(header[2]!, `${read.get(header[2]!)}${text}\n`);
    }
    return found;
  }

  #pathsOf(names: readonly string[], files: readonly string[]) {
    const byPath = new Map(names.map((name) => [this.pathOf(name), name]));
    const paths = [...byPath.keys()].flatMap((path) => files.map((file) => `${path}/${file}`));
    return { byPath, paths };
  }

  async #ok(request: string): Promise<boolean> {
    return (await this.shell.ask(request))[0] === "ok";
  }
}

/** Null, with the reason, where there is no cgroup v2 that we may write to: then agents run without groups. */
export async function openCgroupTree(
  shell: SystemShell,
  rootId: string,
  mount?: string,
): Promise<{ tree: CgroupTree | null; because: string }> {
  const mounts = (await shell.ask("get /proc/self/mounts")).join("\n");
  const top = mount ?? findCgroupMount(mounts);
  if (top === null) return { tree: null, because: "no cgroup v2 is mounted for writing" };
  const root = `${top}/ifrit`;
  const put = async (path: string, value: string) =>
    (await shell.ask(`put ${path} ${value}`))[0] === "ok";
  if ((await shell.ask(`makedir ${root}`))[0] !== "ok")
    return { tree: null, because: `${root} cannot be made` };
  // One by one: a controller may be held by cgroup v1, or not be handed down to us.
  for (const one of wantedControllers) await put(`${top}/cgroup.subtree_control`, `+${one}`);
  for (const one of wantedControllers) await put(`${root}/cgroup.subtree_control`, `+${one}`);
  const [, line = ""] = await shell.ask(`get ${root}/cgroup.subtree_control`);
  const controllers = new Set(line.split(" ").filter(Boolean));
  const tree = new CgroupTree(shell, root, rootId, controllers);
  // A file system may be mounted for writing and still not let this user in.
  if ((await tree.create("probe.check", { memoryMaxBytes: null, cpuMaxPercent: null })) === null)
    return { tree: null, because: `${root} cannot be written to` };
  await tree.remove("probe.check");
  return { tree, because: "" };
}

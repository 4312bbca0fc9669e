import { openCgroupTree } from "../cgroup/cgroup-tree.ts";
import { rootIdOf } from "../context.ts";
import { type Layout, layoutOf } from "../layout.ts";
import { ShellProcessTable } from "../platform/process-table.ts";
import { SystemShell } from "../platform/system-shell.ts";
import { permissionFlags } from "../service/permission-flags.ts";
import { membersOf } from "../supervise/members.ts";
import type { FakeMaster } from "./fake-master.ts";
import { fromFileUrl } from "./from-file-url.ts";

/** A real ifrit-agent in a process of its own, run from source with the permissions of a release. */
export class AgentProcess implements AsyncDisposable {
  #child: Deno.ChildProcess | null = null;
  readonly layout: Layout;
  /** Of the master that it may talk to, where that is another than it enrolled with. */
  masterUrl: string;
  /** Deno starts nothing under a preloaded library without the grant to run anything. */
  runsUnderPreload = false;

  private constructor(
    readonly root: string,
    private readonly master: FakeMaster,
  ) {
    this.layout = layoutOf(root);
    this.masterUrl = master.url;
  }

  static async enrolled(
    master: FakeMaster,
    path?: string,
    options: readonly string[] = [],
    wrapper: readonly string[] = [],
  ): Promise<AgentProcess> {
    const root = path ?? (await Deno.makeTempDir({ prefix: "ifrit-test-" }));
    const agent = new AgentProcess(root, master);
    const words = ["enroll", "--root", root, "--master", master.url, "--machine-id", "machine-1"];
    const { code, stderr } = await agent.cli([...words, ...options], {}, wrapper);
    if (code !== 0) throw new Error(`enroll ended with ${code}: ${stderr}`);
    return agent;
  }

  async cli(
    args: readonly string[],
    env: Record<string, string> = {},
    wrapper: readonly string[] = [],
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await this.#command(args, env, "piped", wrapper).output();
    return {
      code,
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
    };
  }

  /** `wrapper` is a command that runs another one, with the same pid at the end. */
  start(
    env: Record<string, string> = {},
    wrapper: readonly string[] = [],
    options: readonly string[] = [],
  ): void {
    const args = ["run", "--root", this.root, "--poll-seconds", "1", ...options];
    this.#child = this.#command(args, env, "inherit", wrapper).spawn();
  }

  get pid(): number {
    return this.#child!.pid;
  }

  /** Resolves when the process has ended by itself, as at a failpoint. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.#child!.status;
    this.#child = null;
    return status;
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<Deno.CommandStatus> {
    try {
      this.#child?.kill(signal);
    } catch {
      // Ended already.
    }
    return await this.ended();
  }

  async currentVersion(name: string): Promise<string | null> {
    return await Deno.readLink(this.layout.agent(name).current).then(
      (link) => link.replace("versions/", ""),
      () => null,
    );
  }

  /** The versions whose main process lives, looked up by where their program lies. */
  async runningVersions(name: string): Promise<string[]> {
    const found = new Map<string, { version: string; parent: string }>();
    const prefix = `${this.layout.agent(name).versions}/`;
    for await (const { name: pid } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
      const program = command.split("\0").find((word) => word.startsWith(prefix));
      if (program === undefined || stat === "" || command.includes("ifrit-launch")) continue;
      const parent = stat.slice(stat.lastIndexOf(")")).split(" ")[2] ?? "";
      found.set(pid, { version: program.slice(prefix.length).split("/")[0] ?? "", parent });
    }
    // A shell that has just forked shows twice for a moment.
    return [...found.values()].filter((one) => !found.has(one.parent)).map((one) => one.version);
  }

  /** Ends ifrit-agent and every process that it started, and removes the root. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== null) await this.kill();
    const shell = new SystemShell();
    const processes = new ShellProcessTable(shell);
    const rootId = await rootIdOf(this.root);
    const { tree: cgroups } = await openCgroupTree(shell, rootId);
    const ctx = {
      processes,
      cgroups,
      layout: this.layout,
      rootId,
      bootId: await processes.bootId(),
    };
    for await (const entry of Deno.readDir(this.layout.agents)) {
      for (let i = 0; i < 50; i++) {
        const members = await membersOf(ctx, entry.name, null);
        if (members.length === 0) break;
        await processes.signal("KILL", members);
      }
      await cgroups?.remove(entry.name, `${entry.name}.hook`);
    }
    await processes.close();
    await Deno.remove(this.root, { recursive: true });
  }

  #command(
    args: readonly string[],
    env: Record<string, string>,
    output: "piped" | "inherit",
    wrapper: readonly string[] = [],
  ): Deno.Command {
    const quiet = output === "inherit" && !Deno.env.get("IFRIT_TEST_LOG") ? "null" : output;
    const agentDir = fromFileUrl("..", import.meta.url);
    const failpoint =
      "IFRIT_FAILPOINT" in env ? ["--allow-env=IFRIT_FAILPOINT,IFRIT_ENROLLMENT_TOKEN"] : [];
    const granted = permissionFlags({ root: this.root, masterUrl: this.masterUrl });
    const flags = this.runsUnderPreload
      ? granted.map((flag) => flag.replace(/^--allow-run=.*/, "--allow-run"))
      : granted;
    const kept =
      failpoint.length > 0 ? flags.filter((flag) => !flag.startsWith("--allow-env")) : flags;
    const [program = "", ...words] = [...wrapper, Deno.execPath()];
    return new Deno.Command(program, {
      args: [
        ...words,
        "run",
        "--no-check",
        "--no-remote",
        "--cached-only",
        "--config",
        `${agentDir}/deno.json`,
        ...kept,
        ...failpoint,
        `${agentDir}/main.ts`,
        ...args,
      ],
      env: { IFRIT_ENROLLMENT_TOKEN: this.master.enrollmentToken, NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: quiet,
      stderr: quiet,
    });
  }
}

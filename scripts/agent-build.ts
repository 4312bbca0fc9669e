import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { type BuildMode, buildArchives } from "./agent-build/build-archives.ts";
import { buildAgent } from "./agent-build/build-program.ts";
import { sizeTable } from "./agent-build/size-table.ts";
import { chooseTargets, hostTarget } from "./agent-build/targets.ts";
import { runMain } from "./run-main.ts";

type Options = {
  target: string;
  mode: BuildMode;
  out?: string;
  denort?: string;
  version?: string;
  loose?: boolean;
};

runMain(async () => {
  const options = readOptions();
  if (options.loose) {
    const agent = await buildAgent({ outDir: options.out, version: options.version });
    console.log(`${agent.bundlePath}\nsha256 ${agent.sha256}`);
    return 0;
  }
  const dataFolder = resolve(process.env.IFRIT_DATA_DIR || ".ifrit");
  const outFolder = resolve(
    options.out || process.env.IFRIT_AGENT_DIR || join(dataFolder, "agents"),
  );
  const index = await buildArchives({
    ...{ targets: chooseTargets(options.target), mode: options.mode, outFolder },
    ...{ cacheFolder: join(dataFolder, "cache", "agent-build"), denortFolder: options.denort },
    version: options.version,
  });
  console.log(`\n${sizeTable(index)}\n\n${outFolder}`);
  return 0;
});

function readOptions(): Options {
  const modes = ["auto", "compile", "runtime"];
  return new Command("npm run agent:build --")
    .description(
      "Builds the archives of ifrit-agent that machines install and upgrades are released from.",
    )
    .option(
      "--target <names>",
      "linux-x64, linux-arm64, macos-x64, macos-arm64, windows-x64, windows-arm64, several with commas, or all",
      hostTarget()?.name ?? "all",
    )
    .addOption(
      new Option(
        "--mode <mode>",
        "compile: one executable by deno compile, which needs denort from Deno's download host. runtime: Deno's runtime from npm with the program beside it. auto: compile, and where that fails runtime, saying why",
      )
        .choices(modes)
        .default("auto"),
    )
    .option(
      "--out <dir>",
      "where they go; IFRIT_AGENT_DIR, or agents in the data folder, from where this machine's master serves them",
    )
    .option(
      "--denort <dir>",
      "folder with denort-<triple> for --mode compile without Deno's download host",
    )
    .option("--version <version>", "another version than the working tree's, to try upgrades")
    .option(
      "--loose",
      "only the program for this machine, not packed, run by the Deno of node_modules",
    )
    .addHelpText(
      "after",
      `
Examples:
  npm run agent:build                                   for this machine, to where its master serves it
  npm run agent:build -- --target all --out dist/agents
  npm run agent:build -- --target linux-x64,linux-arm64 --mode runtime`,
    )
    .parse()
    .opts<Options>();
}

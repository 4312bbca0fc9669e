import { Command } from "commander";
import { buildPackageArchive } from "../lib/packages/build-package-archive.ts";
import { ProblemError } from "../lib/platform/problem-error.ts";
import { runMain } from "./run-main.ts";

runMain(async () => {
  const program = new Command("npm run package --")
    .description(
      "Builds a package archive from a folder that holds manifest.json or manifest.yaml and files/.",
    )
    .argument("<folder>", "the folder")
    .option("--out <dir>", "where the archive is put", "dist")
    .addHelpText("after", "\nExample:\n  npm run package -- samples/hello-agent --out dist")
    .parse();
  const [folder = ""] = program.args;
  try {
    const built = await buildPackageArchive(folder, program.opts<{ out: string }>().out);
    console.error(`${built.manifest.files.length} files, ${built.sizeBytes} bytes`);
    console.log(built.path);
    return 0;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    console.error(`✗ ${error.message}`);
    for (const issue of (error.issues ?? []).slice(1))
      console.error(`  ${issue.path}: ${issue.message}`);
    return 1;
  }
});

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ConfigError, parseConfig } from "../lib/access/config-schema.ts";
import { runMain } from "./run-main.ts";
import { say, sayError } from "./say.ts";
import { UserError } from "./user-error.ts";

/** npm run config -- check FILE: exit code 0, the server would take it; 1, it would not. */
runMain(async () => {
  const program = new Command("npm run config --").description(
    "Looks at ifrit.config.yaml: who may write what, and what needs a second person.",
  );
  let code = 0;
  program
    .command("check")
    .description("says whether the server would take this file, and where it is wrong")
    .argument("[file]", "the file", "ifrit.config.yaml")
    .action((file: string) => {
      code = check(file);
    });
  await program.parseAsync();
  return code;
});

function check(file: string): number {
  try {
    const { grants, groups } = parseConfig(read(file));
    say(`✓ ${file}: ${grants.length} grants, ${Object.keys(groups).length} groups`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    sayError(`✗ ${file}: ${error.message}`);
    return 1;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      `${file} cannot be read: ${(error as Error).message}.`,
      "Name the file: npm run config -- check FILE",
    );
  }
}

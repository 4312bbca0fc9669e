import type { Command } from "commander";
import { type ChangeRootOptions, changeRoot } from "./change-root.ts";
import { example, jsonOption, passphraseOption } from "./commands.ts";
import { type InitRootOptions, initRoot } from "./init-root.ts";
import {
  collect,
  parseCluster,
  parseRole,
  parseThresholds,
  parseWholeNumber,
} from "./parse-options.ts";
import type { Act } from "./run-keys.ts";
import { type SignRootOptions, signRootDraft } from "./sign-root-draft.ts";

const dirOption = ["--dir <dir>", "folder with the root documents, <version>.root.json"] as const;
const expiresOption = [
  "--expires-days <n>",
  "how long the root is good",
  parseWholeNumber(1, 3650),
] as const;

export function addRootCommands(program: Command, act: Act): void {
  const root = program
    .command("root")
    .description("The root document: who may say what. Each version is signed by the one before.");
  addInit(root, act);
  addAdd(root, act);
  addRotate(root, act);
  root
    .command("sign")
    .description("Add a signature to the draft.")
    .requiredOption(...dirOption)
    .requiredOption("--key <file>", "private key of the role root")
    .option(...passphraseOption)
    .option(...jsonOption)
    .addHelpText("after", example("root sign --dir trust --key keys/root-alice.pem"))
    .action((options: SignRootOptions) => act(() => signRootDraft(options)));
}

function addInit(root: Command, act: Act): void {
  root
    .command("init")
    .description("Write the draft of root 1.")
    .requiredOption(...dirOption)
    .requiredOption("--root-key <file>", "public key; may be repeated", collect, [])
    .requiredOption("--release-key <file>", "public key; may be repeated", collect, [])
    .requiredOption("--director-key <file>", "public key; may be repeated", collect, [])
    .option(
      "--threshold <role=k>",
      "signatures that a role needs; 1 by default",
      parseThresholds,
      {},
    )
    .option(...expiresOption, 365)
    .option(...jsonOption)
    .addHelpText(
      "after",
      example(
        "root init --dir trust --root-key a.pub.json --root-key b.pub.json \\\n      --release-key c.pub.json --director-key d.pub.json --threshold root=2",
      ),
    )
    .action((options: InitRootOptions, command: Command) => {
      for (const name of ["rootKey", "releaseKey", "directorKey"] as const)
        if (options[name].length === 0)
          command.error(`error: --${name.replace("Key", "-key")} is missing`);
      return act((nowMs) => initRoot(options, nowMs));
    });
}

const roleOption = ["--role <role>", "root, release or director", parseRole] as const;
const clusterOption = ["--cluster <id>", "only for this cluster's director", parseCluster] as const;
const thresholdOption = ["--threshold <k>", "needed signatures", parseWholeNumber(1, 16)] as const;

function addAdd(root: Command, act: Act): void {
  root
    .command("add")
    .description("Draft the next root with more keys in a role.")
    .argument("<key...>", "public keys")
    .requiredOption(...dirOption)
    .requiredOption(...roleOption)
    .option(...clusterOption)
    .option(...thresholdOption)
    .option(...jsonOption)
    .addHelpText("after", example("root add --dir trust --role release keys/release-bob.pub.json"))
    .action(
      (add: string[], options: Omit<ChangeRootOptions, "add" | "remove">, command: Command) => {
        requireDirector(options, command);
        return act((nowMs) => changeRoot({ ...options, add, remove: [] }, nowMs));
      },
    );
}

function addRotate(root: Command, act: Act): void {
  root
    .command("rotate")
    .description("Draft the next root: put keys in the place of others, or renew its expiry.")
    .requiredOption(...dirOption)
    .option(...roleOption)
    .option(...clusterOption)
    .option("--remove <id|file>", "key to withdraw; may be repeated", collect, [])
    .option("--add <file>", "public key; may be repeated", collect, [])
    .option(...thresholdOption)
    .option(...expiresOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      example("root rotate --dir trust --role director --remove old.pub.json --add new.pub.json"),
    )
    .action((options: ChangeRootOptions, command: Command) => {
      requireDirector(options, command);
      const ofRole =
        [...options.add, ...options.remove].length > 0 || options.threshold !== undefined;
      if (ofRole !== (options.role !== undefined))
        command.error("error: --role goes with --add, --remove or --threshold");
      if (!ofRole && options.expiresDays === undefined)
        command.error("error: nothing to change: --role …, or --expires-days");
      return act((nowMs) => changeRoot(options, nowMs));
    });
}

function requireDirector(options: { role?: string; cluster?: string }, command: Command): void {
  if (options.cluster !== undefined && options.role !== "director")
    command.error("error: --cluster goes with --role director");
}

import type { Command } from "commander";
import { listKeys } from "./list-keys.ts";
import { type MakeKeyOptions, makeKey } from "./make-key.ts";
import { parseRole, parseWholeNumber } from "./parse-options.ts";
import type { Act } from "./run-keys.ts";
import { type SignArchiveOptions, signArchive } from "./sign-archive.ts";
import { verifySignatures } from "./verify-signatures.ts";
import { type WritePublicOptions, writePublicKey } from "./write-public-key.ts";

export const jsonOption = ["--json", "one line of JSON instead of text"] as const;
export const passphraseOption = [
  "--passphrase-file <file>",
  "file with the key's passphrase, at least 16 characters",
] as const;
export const sequenceMax = 2 ** 48;

export function addCommands(program: Command, act: Act): void {
  program
    .command("make")
    .description("Make a key pair. Nothing is ever overwritten.")
    .requiredOption("--out <dir>", "folder for the two files")
    .requiredOption("--role <role>", "root, release or director", parseRole)
    .option("--name <name>", "whose key it is; part of the file names")
    .option(...passphraseOption)
    .option(...jsonOption)
    .addHelpText("after", example("make --out keys --role release --name alice"))
    .action((options: MakeKeyOptions) => act((nowMs) => makeKey(options, nowMs)));
  program
    .command("list")
    .description("Show the keys of a folder, or the roles, keys and expiry of a root.")
    .argument("[dir]", "folder with *.pub.json")
    .option("--root <dir>", "folder with the root documents")
    .option(...jsonOption)
    .addHelpText("after", example("list keys --root trust"))
    .action((dir: string | undefined, options: { root?: string }, command: Command) => {
      if (dir === undefined && options.root === undefined)
        command.error("error: name a folder of keys, or one of root documents with --root");
      return act((nowMs) => listKeys({ ...(dir === undefined ? {} : { dir }), ...options }, nowMs));
    });
  program
    .command("public")
    .description("Write the public half of a private key beside it, for example of a master's key.")
    .argument("<key>", "private key")
    .requiredOption("--role <role>", "root, release or director", parseRole)
    .option("--name <name>", "whose key it is")
    .option(...passphraseOption)
    .option(...jsonOption)
    .addHelpText("after", example("public .ifrit/trust/director.pem --role director"))
    .action((key: string, options: Omit<WritePublicOptions, "key">) =>
      act((nowMs) => writePublicKey({ key, ...options }, nowMs)),
    );
  addSign(program, act);
  program
    .command("verify")
    .description("Check the chain of roots, and an archive with its signatures.")
    .argument("[archive]", "the archive; its signatures are in <archive>.sig.json")
    .requiredOption("--root <dir>", "folder with the root documents")
    .option(...jsonOption)
    .addHelpText("after", example("verify dist/log-agent-1.0.0-linux-x64.tar.gz --root trust"))
    .action((archive: string | undefined, { root }: { root: string }) =>
      act((nowMs) => verifySignatures({ root, ...(archive ? { archive } : {}) }, nowMs)),
    );
}

function addSign(program: Command, act: Act): void {
  program
    .command("sign")
    .description("Sign an archive, or add one signature to those in <archive>.sig.json.")
    .argument("<archive>", "the archive")
    .requiredOption("--key <file>", "private key of the role release")
    .option(...passphraseOption)
    .option("--root <dir>", "refuse a key that is no release key of the newest root in this folder")
    .option(
      "--sequence <n>",
      "order among the agent's releases; seconds since the epoch by default",
      parseWholeNumber(1, sequenceMax),
    )
    .option(
      "--rollback-to <n|file|any>",
      "machines may go back from it to this sequence, to this signature's, or to any",
    )
    .option("--no-rollback", "machines that ran it never go back to an older release")
    .option(
      "--expires-days <n>",
      "not to be installed after so many days",
      parseWholeNumber(1, 36_500),
    )
    .option(...jsonOption)
    .addHelpText(
      "after",
      example(
        "sign dist/log-agent-1.1.0.tar.gz --key keys/release-alice.pem \\\n      --rollback-to dist/log-agent-1.0.0.tar.gz.sig.json",
      ),
    )
    .action((archive: string, options: Omit<SignArchiveOptions, "archive">) =>
      act((nowMs) => signArchive({ archive, ...options }, nowMs)),
    );
}

export function example(words: string): string {
  return `\nExample:\n  npm run keys -- ${words}`;
}

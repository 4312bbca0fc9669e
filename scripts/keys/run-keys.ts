import { Command, CommanderError } from "commander";
import { TrustError } from "../../lib/contract/verify-refusal.ts";
import { KeyFileError } from "../../lib/signing/key-file.ts";
import { addCommands } from "./commands.ts";
import { InputError, type Outcome } from "./outcome.ts";
import { addRootCommands } from "./root-commands.ts";

export type KeysIo = { out(text: string): void; err(text: string): void; nowMs(): number };

/** How a command hands its outcome over. */
export type Act = (work: (nowMs: number) => Promise<Outcome>) => Promise<void>;

export const exitCodes = { good: 0, refused: 1, usage: 2 } as const;

/** The keys tool. Returns the exit code: 0 done · 1 refused, or the input cannot be used · 2 usage. */
export async function runKeys(words: readonly string[], io: KeysIo): Promise<number> {
  const json = words.includes("--json");
  const program = new Command("npm run keys --")
    .description("Makes and keeps the keys that say what may run, and signs with them.")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .addHelpText("after", overview);
  const act: Act = async (work) => {
    const { data, lines } = await work(io.nowMs());
    io.out(json ? `${JSON.stringify({ ok: true, ...data })}\n` : `${lines.join("\n")}\n`);
  };
  addCommands(program, act);
  addRootCommands(program, act);
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCodes.good;
  } catch (error) {
    return explain(error, json, io);
  }
}

function explain(error: unknown, json: boolean, io: KeysIo): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
  if (
    !(error instanceof InputError || error instanceof KeyFileError || error instanceof TrustError)
  )
    throw error;
  const reason = error instanceof KeyFileError ? "key_unusable" : error.reason;
  if (json) io.out(`${JSON.stringify({ ok: false, reason, message: error.message })}\n`);
  else io.err(`✗ ${error.message}\n`);
  return exitCodes.refused;
}

const overview = `
From nothing to a signed package (docs/security.md tells the whole story):
  npm run keys -- make --out keys --role root --name alice
  npm run keys -- make --out keys --role release --name alice
  npm run keys -- root init --dir trust --root-key keys/root-alice.pub.json \\
      --release-key keys/release-alice.pub.json --director-key director.pub.json
  npm run keys -- root sign --dir trust --key keys/root-alice.pem
  npm run keys -- sign dist/log-agent-1.0.0-linux-x64.tar.gz --key keys/release-alice.pem --no-rollback
  npm run keys -- verify dist/log-agent-1.0.0-linux-x64.tar.gz --root trust

Exit codes: 0 done, 1 refused or unusable input, 2 wrong usage.
For scripts: node scripts/bootstrap.mjs keys … --json prints one line of JSON and nothing else.`;

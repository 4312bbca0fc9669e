import { Command, InvalidArgumentError } from "commander";
import { type AuditVerdict, verifyAudit } from "../lib/audit/verify-audit.ts";
import { closeServices } from "../lib/platform/services.ts";
import { KeyFileError } from "../lib/signing/key-file.ts";
import { runMain } from "./run-main.ts";
import { say } from "./say.ts";
import { readInstance } from "./up/instance.ts";
import { openInstanceServices } from "./up/open-instance-services.ts";
import { UserError } from "./user-error.ts";

/** What each fault means to a person; the row is named before it. */
const faults: Record<NonNullable<AuditVerdict["fault"]>["reason"], string> = {
  changed: "is not as it was written",
  missing: "is missing",
  outOfOrder: "is out of its place",
  notLinked: "was put in past the chain",
  cutOff: "and all after it are missing: the end of the log was cut off",
  headMismatch: "is not the row that was signed for; it, or rows before it, were written anew",
  headForged: "has a signature that is not this deployment's",
  endGone: "the end of the chain is gone",
};

/** npm run audit -- verify: exit code 0, the log is as it was written; 1, it is not. */
runMain(async () => {
  const program = new Command("npm run audit --").description("Proves the audit log.");
  let code = 0;
  program
    .command("verify")
    .description("recomputes the chain, checks every signed head, and names the first bad row")
    .option(
      "--from <seq>",
      "begin at this place of the chain; the row before is taken as it is",
      place,
      1,
    )
    .option("--json", "print one line of JSON")
    .action(async (options: { from: number; json?: boolean }) => {
      const verdict = await verify(options.from);
      say(options.json ? JSON.stringify(verdict) : sentence(verdict));
      code = verdict.fault ? 1 : 0;
    });
  await program.parseAsync();
  return code;
});

function place(text: string): number {
  const seq = Number(text);
  if (!Number.isInteger(seq) || seq < 1) throw new InvalidArgumentError("a whole number from 1 on");
  return seq;
}

async function verify(from: number): Promise<AuditVerdict> {
  const services = openInstanceServices(readInstance(process.env), process.env);
  try {
    return await verifyAudit(services, { from });
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new UserError(
      `The signatures cannot be checked: ${error.message}.`,
      "Put the key back from a backup of the data folder.",
    );
  } finally {
    await closeServices(services);
  }
}

function sentence({ rows, heads, fault }: AuditVerdict): string {
  if (!fault) return `✓ ${rows} rows and ${heads} signed heads are as they were written`;
  const { seq, id, reason } = fault;
  const row = [seq === null ? "" : `row ${seq}`, id === null ? "" : `(id ${id})`];
  return ["✗", ...row, faults[reason]].filter(Boolean).join(" ");
}

import { UserError } from "./user-error.ts";

/** Runs a command's main function: one clear sentence and a remedy instead of a stack where possible. */
export function runMain(main: () => Promise<number | undefined>): void {
  main().then(
    (code) => process.exit(code ?? 0),
    (error: unknown) => {
      if (error instanceof UserError) console.error(`✗ ${error.message}\n  ${error.remedy}`);
      else console.error("✗ Unexpected error:", error);
      process.exit(1);
    },
  );
}

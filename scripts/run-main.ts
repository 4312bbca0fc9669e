import { sayError } from "./say.ts";
import { UserError } from "./user-error.ts";

/** Runs a command's main function: one clear sentence and a remedy instead of a stack where possible. */
export function runMain(main: () => Promise<number | undefined>): void {
  main().then(
    (code) => process.exit(code ?? 0),
    (error: unknown) => {
      sayError(
        error instanceof UserError
          ? `✗ ${error.message}\n  ${error.remedy}`
          : `✗ Unexpected error: ${error instanceof Error ? error.stack : error}`,
      );
      process.exit(1);
    },
  );
}

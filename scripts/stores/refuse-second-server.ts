import { readRunningProcess } from "../system/process-record.ts";
import { UserError } from "../user-error.ts";

/** Two servers on one folder would destroy it (Redis does not even notice). */
export function refuseSecondServer(name: string, folder: string, recordFile: string): void {
  const running = readRunningProcess(recordFile);
  if (!running) return;
  throw new UserError(
    `Another ${name} (process ${running.pid}) uses the folder ${folder}.`,
    "Stop it (npm run down), or choose another folder with IFRIT_DATA_DIR.",
  );
}

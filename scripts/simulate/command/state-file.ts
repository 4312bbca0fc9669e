import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { explainFileError, UserError } from "../../user-error.ts";
import { FleetMemory } from "../fleet/fleet-memory.ts";

/** null: there is none yet. */
export function readStateFile(path: string): FleetMemory | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw explainFileError(error, path);
  }
  try {
    return FleetMemory.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      `${path} holds no fleet.`,
      "Name another file, or remove it to begin a new fleet.",
      { cause },
    );
  }
}

/** It holds the secret of the fleet's keys: for its owner only. */
export function writeStateFile(path: string, memory: FleetMemory): void {
  try {
    writeFileSync(`${path}.part`, JSON.stringify(memory), { mode: 0o600 });
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw explainFileError(error, path);
  }
}

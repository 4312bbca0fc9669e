import { type MachineType, machineTypes } from "../../../lib/contract/machine-type.ts";
import { AgentName, AgentVersion } from "../../../lib/contract/names.ts";
import { parseShare } from "./version-rule.ts";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** "90s", "5m", "2h", "500ms", or plain seconds. @throws SyntaxError */
export function parseDurationMs(text: string): number {
  const { amount = "", unit = "s" } =
    /^(?<amount>\d+(\.\d+)?)(?<unit>ms|s|m|h)?$/.exec(text)?.groups ?? {};
  if (amount === "") throw new SyntaxError(`"${text}" is no duration: say 90s, 5m or 2h`);
  return Number(amount) * unitMs[unit as keyof typeof unitMs];
}

/** "LINUX=0.7,CONTAINER=30%". @throws SyntaxError */
export function parseTypes(text: string): Partial<Record<MachineType, number>> {
  const types: Partial<Record<MachineType, number>> = {};
  for (const part of text.split(",")) {
    const [name = "", share = "1"] = part.trim().split("=");
    const type = machineTypes.find((one) => one === name.toUpperCase());
    if (!type)
      throw new SyntaxError(`"${name}" is no machine type; there are ${machineTypes.join(", ")}`);
    types[type] = parseShare(share);
  }
  if (Object.values(types).every((share) => share === 0))
    throw new SyntaxError("all shares of the machine types are 0");
  return types;
}

/** "log-agent=1.0.0". @throws SyntaxError */
export function parseInstalled(text: string): { name: string; version: string } {
  const [name = "", version = "", ...rest] = text.split("=");
  if (
    rest.length === 0 &&
    AgentName.safeParse(name).success &&
    AgentVersion.safeParse(version).success
  )
    return { name, version };
  throw new SyntaxError(`"${text}" is not agent=version`);
}

/** @throws SyntaxError */
export function parseCount(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (Number.isInteger(value) && value > 0) return value;
  throw new SyntaxError(`"${text}" is no whole number above 0`);
}

/** @throws SyntaxError */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new SyntaxError(`"${text}" is no number above 0`);
}

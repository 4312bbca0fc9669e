import { type FailureReason, failureReasons } from "../../../lib/contract/agent-state.ts";
import { AgentName, AgentVersion } from "../../../lib/contract/names.ts";
import type { VersionRule } from "../behaviour/behaviours.ts";

export type ReasonedRule = VersionRule & { reason: FailureReason | null };

/**
 * "1.2.0=0.05", "log-agent@1.2.0=5%", "1.2.0=0.05:disk_full"; without a share: all machines.
 * @throws SyntaxError
 */
export function parseVersionRule(text: string): ReasonedRule {
  const parts =
    /^(?:(?<agent>[^@=:]+)@)?(?<version>[^@=:]+)(?:=(?<share>[^:]+))?(?::(?<reason>.+))?$/.exec(
      text,
    )?.groups;
  if (!parts) throw new SyntaxError(`"${text}" is not [agent@]version[=share][:reason]`);
  const { agent = null, version = "", share = "1", reason = null } = parts;
  if (agent !== null && !AgentName.safeParse(agent).success)
    throw new SyntaxError(`"${agent}" is no agent's name`);
  if (!AgentVersion.safeParse(version).success) throw new SyntaxError(`"${version}" is no version`);
  return { agent, version, share: parseShare(share), reason: parseReason(reason) };
}

/** "0.05" or "5%". @throws SyntaxError */
export function parseShare(text: string): number {
  const percent = text.endsWith("%");
  const value = Number(percent ? text.slice(0, -1) : text) / (percent ? 100 : 1);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new SyntaxError(`"${text}" is no share: say 0.05 or 5%`);
}

function parseReason(text: string | null): FailureReason | null {
  if (text === null) return null;
  const reason = failureReasons.find((one) => one === text);
  if (reason) return reason;
  throw new SyntaxError(`"${text}" is no reason; there are ${failureReasons.join(", ")}`);
}

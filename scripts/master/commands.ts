import { parseArgs } from "node:util";
import { freeze } from "../../lib/change-control/freeze.ts";
import { liftFreeze } from "../../lib/change-control/lift-freeze.ts";
import { listFreezes } from "../../lib/change-control/list-freezes.ts";
import { createCluster } from "../../lib/clusters/create-cluster.ts";
import { createMasterCredential } from "../../lib/clusters/create-master-credential.ts";
import { findClusters } from "../../lib/clusters/find-clusters.ts";
import { listMasterCredentials } from "../../lib/clusters/list-master-credentials.ts";
import { revokeMasterCredential } from "../../lib/clusters/revoke-master-credential.ts";
import { CreateFreezeRequest } from "../../lib/contract/change-control.ts";
import { CreateCredentialRequest } from "../../lib/contract/cluster-views.ts";
import { ClusterId } from "../../lib/contract/names.ts";
import type { RequestContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { say, sayError } from "../say.ts";
import { UserError } from "../user-error.ts";

export const usage = `npm run master -- <command>
  credential create --cluster b [--name 'Cluster B'] [--label manage] [--scope orders|read] [--days 90]
  credential list --cluster b
  credential revoke --cluster b --id 3
  freeze [--cluster b] --reason 'why' [--hours 4] [--no-roll-back]
  freezes
  lift-freeze <key>`;

type Command = (services: Services, ctx: RequestContext) => Promise<void>;
type Options = ReturnType<typeof readOptions>["values"];

/** What the words ask for; nothing is opened before they are understood. @throws UserError */
export function masterCommands(args: string[]): Command {
  const { values, positionals } = readOptions(args);
  const [noun, word] = positionals;
  if (noun === "freeze") return orderFreeze(values);
  if (noun === "freezes") return showFreezes;
  if (noun === "lift-freeze" && word) return lift(word);
  if (noun === "credential" && values.cluster) {
    const clusterId = readCluster(values.cluster);
    if (word === "create") return makeCredential(clusterId, values);
    if (word === "list") return showCredentials(clusterId);
    if (word === "revoke" && Number(values.id) > 0) return revoke(clusterId, Number(values.id));
  }
  throw new UserError("That is no command.", usage);
}

function readOptions(args: string[]) {
  const text = { type: "string" } as const;
  const options = {
    ...{ cluster: text, name: text, label: text, scope: text, days: text, id: text },
    ...{ reason: text, hours: text, "no-roll-back": { type: "boolean" } as const },
  };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    throw new UserError(cause instanceof Error ? cause.message : "That is no command.", usage, {
      cause,
    });
  }
}

function readCluster(text: string): string {
  const parsed = ClusterId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UserError(`"${text}" cannot be a cluster's id.`, usage);
}

const readNumber = (text: string | undefined) => {
  if (text === undefined) return null;
  const number = Number(text);
  if (number > 0) return number;
  throw new UserError(`"${text}" is no number above 0.`, usage);
};

function makeCredential(clusterId: string, { name, label, scope, days }: Options): Command {
  const ofDays = readNumber(days);
  const ttlSeconds = ofDays === null ? null : ofDays * 86_400;
  const parsed = CreateCredentialRequest.safeParse({ label, scope, ttlSeconds });
  if (!parsed.success) throw new UserError(parsed.error.issues[0]!.message, usage);
  return async (services, ctx) => {
    if (!(await findClusters(services.db, [clusterId])).has(clusterId)) {
      await createCluster(services, ctx, { id: clusterId, name: name ?? clusterId });
      sayError(`✓ cluster ${clusterId} is new here`);
    }
    const { id, credential } = await createMasterCredential(services, ctx, clusterId, parsed.data);
    say(credential);
    sayError(
      `✓ credential ${id} of cluster ${clusterId}, shown once. Add the cluster on the manage side with it; this deployment has to run with IFRIT_ROLE=master.`,
    );
  };
}

function showCredentials(clusterId: string): Command {
  return async (services) => {
    for (const one of await listMasterCredentials(services, clusterId))
      say(
        [
          ...[one.id, one.scope, one.label || "-", `by ${one.createdBy}`],
          `used ${time(one.lastUsedAtMs)}`,
          one.revokedAtMs === null ? `expires ${time(one.expiresAtMs)}` : "revoked",
        ].join("\t"),
      );
  };
}

function revoke(clusterId: string, id: number): Command {
  return async (services, ctx) => {
    await revokeMasterCredential(services, ctx, clusterId, id);
    sayError(`✓ credential ${id} of cluster ${clusterId} is revoked`);
  };
}

function orderFreeze(values: Options): Command {
  const { cluster, reason } = values;
  const hours = readNumber(values.hours);
  if (!reason) throw new UserError("Say why: --reason", usage);
  const clusterId = cluster === undefined ? null : readCluster(cluster);
  return async (services, ctx) => {
    const untilMs = hours === null ? null : Math.round(services.now() + hours * 3_600_000);
    const allowsRollBack = !values["no-roll-back"];
    const request = CreateFreezeRequest.parse({ clusterId, reason, untilMs, allowsRollBack });
    const { orderKey } = await freeze(services, ctx, request);
    say(orderKey);
    sayError("✓ frozen. Only here it is lifted: npm run master -- lift-freeze with this key");
  };
}

const showFreezes: Command = async (services) => {
  for (const { orderKey, clusterId, origin, owner, untilMs, reason } of await listFreezes(services))
    say([orderKey, clusterId ?? "all", origin, owner, `until ${time(untilMs)}`, reason].join("\t"));
};

function lift(key: string): Command {
  return async (services, ctx) => {
    const found = (await listFreezes(services)).filter(({ orderKey }) => orderKey === key);
    if (found.length === 0) throw new UserError(`No freeze ${key} stands here.`, usage);
    for (const { id } of found) await liftFreeze(services, ctx, id);
    sayError(`✓ freeze ${key} is lifted`);
  };
}

function time(ms: number | null): string {
  return ms === null ? "never" : new Date(ms).toISOString();
}

import { findRemoteClusters } from "../clusters/find-remote-clusters.ts";
import { listRemoteClusters } from "../clusters/list-remote-clusters.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { PlanIssueCode } from "../contract/release-vocabulary.ts";
import { judgeVersionSignatures } from "../packages/judge-version-signatures.ts";
import type { InputIssue } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { refuseIssues } from "./check-plan.ts";

/**
 * In a cluster that signs, every machine would refuse a version whose packages no release keys have
 * signed. That is said before anybody orders it.
 * @throws ProblemError invalid_request, with each platform that is not signed
 */
export async function refuseUnsigned(services: Services, plan: ReleasePlan): Promise<void> {
  const { agentName, version } = plan;
  if (version === null) return;
  const signing = await clustersThatSign(services, plan);
  if (signing.length === 0) return;
  const { root } = await readOwnTrust(services);
  const asked = { agentName, version };
  const judged = await judgeVersionSignatures(services.db, root, asked, services.now());
  const clusterIds = signing.join(", ");
  refuseIssues(
    judged.flatMap(({ platform, state }): InputIssue[] => {
      if (state === "good" || state === "unchecked") return [];
      const values = { agentName, version, platform, clusterIds };
      return [
        state === "unsigned"
          ? {
              path: "version",
              message: `${agentName} ${version} for ${platform} is not signed by release keys, and ${clusterIds} takes signed packages only. Sign it (npm run keys -- sign) and upload the signature`,
              ...{ code: "notSigned" satisfies PlanIssueCode, values },
            }
          : {
              path: "version",
              message: `the signature of ${agentName} ${version} for ${platform} is not good any more (${state}), and ${clusterIds} takes signed packages only. Have it signed again`,
              ...{ code: "signatureRefused" satisfies PlanIssueCode },
              values: { ...values, refusal: state },
            },
      ];
    }),
  );
}

async function clustersThatSign(services: Services, { clusters }: ReleasePlan): Promise<string[]> {
  const ids = clusters.map(({ clusterId }) => clusterId);
  const remote = await findRemoteClusters(services.db, ids);
  const { root } = await readOwnTrust(services);
  const local = root ? ids.filter((id) => !remote.has(id)) : [];
  if (remote.size === 0) return local;
  const told = await listRemoteClusters(services.db);
  const elsewhere = told.filter(
    ({ id, contact }) => ids.includes(id) && contact?.fleet?.trust?.rootVersion,
  );
  return [...local, ...elsewhere.map(({ id }) => id)];
}

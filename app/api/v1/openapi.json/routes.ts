import * as agent from "../agents/[name]/route.ts";
import * as agents from "../agents/route.ts";
import * as decideApproval from "../approvals/[id]/[decision]/route.ts";
import * as approval from "../approvals/[id]/route.ts";
import * as approvals from "../approvals/route.ts";
import * as auditExport from "../audit/export/route.ts";
import * as audit from "../audit/route.ts";
import * as changePolicy from "../clusters/[id]/change-policy/route.ts";
import * as clusterCredential from "../clusters/[id]/credentials/[credential]/route.ts";
import * as rotateCredential from "../clusters/[id]/credentials/rotate/route.ts";
import * as clusterCredentials from "../clusters/[id]/credentials/route.ts";
import * as enrollmentToken from "../clusters/[id]/enrollment-tokens/[token]/route.ts";
import * as enrollmentTokens from "../clusters/[id]/enrollment-tokens/route.ts";
import * as installation from "../clusters/[id]/installation/route.ts";
import * as cluster from "../clusters/[id]/route.ts";
import * as checkMaster from "../clusters/check/route.ts";
import * as clusters from "../clusters/route.ts";
import * as config from "../config/route.ts";
import * as freeze from "../freezes/[id]/route.ts";
import * as freezes from "../freezes/route.ts";
import * as hold from "../holds/[id]/route.ts";
import * as holds from "../holds/route.ts";
import * as knownBadMark from "../known-bad/[id]/route.ts";
import * as knownBad from "../known-bad/route.ts";
import * as machineVerb from "../machines/[id]/[verb]/route.ts";
import * as machine from "../machines/[id]/route.ts";
import * as machinesChangePreview from "../machines/change/preview/route.ts";
import * as machinesChange from "../machines/change/route.ts";
import * as machinesExport from "../machines/export/route.ts";
import * as machines from "../machines/route.ts";
import * as password from "../me/password/route.ts";
import * as me from "../me/route.ts";
import * as mySessions from "../me/sessions/route.ts";
import * as overview from "../overview/route.ts";
import * as onePackage from "../packages/[id]/route.ts";
import * as packageSignature from "../packages/[id]/signature/route.ts";
import * as packages from "../packages/route.ts";
import * as releaseVerb from "../releases/[id]/[verb]/route.ts";
import * as release from "../releases/[id]/route.ts";
import * as preview from "../releases/preview/route.ts";
import * as releases from "../releases/route.ts";
import * as token from "../tokens/[id]/route.ts";
import * as tokens from "../tokens/route.ts";
import * as trust from "../trust/route.ts";
import * as identity from "../users/[name]/identities/[id]/route.ts";
import * as identities from "../users/[name]/identities/route.ts";
import * as userPassword from "../users/[name]/password/route.ts";
import * as user from "../users/[name]/route.ts";
import * as userSessions from "../users/[name]/sessions/route.ts";
import * as users from "../users/route.ts";

/** Every route of /api/v1 by its path; a test compares it with the folders. */
export const routes = {
  "/api/v1/me": me,
  "/api/v1/me/password": password,
  "/api/v1/me/sessions": mySessions,
  "/api/v1/tokens": tokens,
  "/api/v1/tokens/{id}": token,
  "/api/v1/users": users,
  "/api/v1/users/{name}": user,
  "/api/v1/users/{name}/password": userPassword,
  "/api/v1/users/{name}/sessions": userSessions,
  "/api/v1/users/{name}/identities": identities,
  "/api/v1/users/{name}/identities/{id}": identity,
  "/api/v1/overview": overview,
  "/api/v1/clusters": clusters,
  "/api/v1/clusters/check": checkMaster,
  "/api/v1/clusters/{id}": cluster,
  "/api/v1/clusters/{id}/credentials": clusterCredentials,
  "/api/v1/clusters/{id}/credentials/{credential}": clusterCredential,
  "/api/v1/clusters/{id}/credentials/rotate": rotateCredential,
  "/api/v1/clusters/{id}/enrollment-tokens": enrollmentTokens,
  "/api/v1/clusters/{id}/enrollment-tokens/{token}": enrollmentToken,
  "/api/v1/clusters/{id}/installation": installation,
  "/api/v1/clusters/{id}/change-policy": changePolicy,
  "/api/v1/freezes": freezes,
  "/api/v1/freezes/{id}": freeze,
  "/api/v1/holds": holds,
  "/api/v1/holds/{id}": hold,
  "/api/v1/known-bad": knownBad,
  "/api/v1/known-bad/{id}": knownBadMark,
  "/api/v1/machines": machines,
  "/api/v1/machines/export": machinesExport,
  "/api/v1/machines/{id}": machine,
  "/api/v1/machines/{id}/{verb}": machineVerb,
  "/api/v1/machines/change": machinesChange,
  "/api/v1/machines/change/preview": machinesChangePreview,
  "/api/v1/agents": agents,
  "/api/v1/agents/{name}": agent,
  "/api/v1/packages": packages,
  "/api/v1/packages/{id}": onePackage,
  "/api/v1/packages/{id}/signature": packageSignature,
  "/api/v1/releases": releases,
  "/api/v1/releases/preview": preview,
  "/api/v1/releases/{id}": release,
  "/api/v1/releases/{id}/{verb}": releaseVerb,
  "/api/v1/config": config,
  "/api/v1/approvals": approvals,
  "/api/v1/approvals/{id}": approval,
  "/api/v1/approvals/{id}/{decision}": decideApproval,
  "/api/v1/trust": trust,
  "/api/v1/audit": audit,
  "/api/v1/audit/export": auditExport,
};

import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { parseWith, readJsonBody, streamBody } from "../access/request-input.ts";
import { applyControlOrder } from "../change-control/apply-control-order.ts";
import { readControl } from "../change-control/read-control.ts";
import { CreateCredentialRequest } from "../contract/cluster-views.ts";
import { CreateEnrollmentTokenRequest } from "../contract/console-views.ts";
import {
  ChangeMachineRequest,
  ChangeMachinesRequest,
  MachineVerb,
  PreviewMachinesChangeRequest,
} from "../contract/machine-views.ts";
import {
  MasterFactsRequest,
  MasterFindRequest,
  MasterGrayRequest,
  MasterMachinesQuery,
  MasterOrder,
  MasterPreviewRequest,
  MasterSignatureOrder,
  masterPrefix,
  RevokeQuery,
} from "../contract/master-api.ts";
import { MasterControlOrder } from "../contract/master-control.ts";
import { ClusterId, MachineId, Sha256 } from "../contract/names.ts";
import { changeMachine } from "../machines/change-machine.ts";
import { changeMachines, countMachinesToChange } from "../machines/change-machines.ts";
import { createEnrollmentToken } from "../machines/create-enrollment-token.ts";
import { listEnrollmentTokens } from "../machines/list-enrollment-tokens.ts";
import { revokeEnrollmentToken } from "../machines/revoke-enrollment-token.ts";
import { dropArchive } from "../packages/drop-archive.ts";
import { listPackageSignatures } from "../packages/list-package-signatures.ts";
import { readArchiveUse } from "../packages/read-archive-use.ts";
import { storePackageSignature } from "../packages/store-package-signature.ts";
import { uploadPackage } from "../packages/upload-package.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { problemResponse, toProblem } from "../platform/problem-response.ts";
import type { Services } from "../platform/services.ts";
import { listAppliedOrders } from "../releases/applied-orders.ts";
import { applyReleaseOrder } from "../releases/apply-release-order.ts";
import { factsForManage } from "../releases/facts-for-manage.ts";
import { authenticateManage, type Manage } from "./authenticate-manage.ts";
import type { ClusterMaster } from "./cluster-master.ts";
import { createMasterCredential } from "./create-master-credential.ts";
import { listMasterCredentials } from "./list-master-credentials.ts";
import { localMaster } from "./local-master.ts";
import { readMasterFleet } from "./read-master-fleet.ts";
import { revokeMasterCredential } from "./revoke-master-credential.ts";

type Call = Manage & {
  services: Services;
  clusterId: string;
  master: ClusterMaster;
  request: Request;
  /** What the path's pattern captured. */
  id: string;
};
type Route = {
  method: string;
  path: RegExp;
  /** Whether a credential that may only read is refused. */
  writes: boolean;
  answer: (call: Call) => Promise<unknown>;
};

const read =
  (method: string) =>
  (path: RegExp, answer: Route["answer"]): Route => ({ method, path, writes: false, answer });
const write =
  (method: string) =>
  (path: RegExp, answer: Route["answer"]): Route => ({ method, path, writes: true, answer });
const get = read("GET");
/** A question that does not fit into an address. */
const ask = read("POST");
const post = write("POST");
const put = write("PUT");
const del = write("DELETE");

/** Below /api/master/v1/clusters/{id}/. The schemas are those of lib/contract/master-api.ts. */
const routes: Route[] = [
  get(/^status$/, async ({ master, scope }) => ({ ...(await master.status()), scope })),
  get(/^fleet$/, ({ services, clusterId }) => readMasterFleet(services, clusterId)),
  get(/^orders$/, async ({ services, clusterId }) => ({
    orders: await listAppliedOrders(services.db, clusterId),
  })),
  put(/^releases\/(\d+)$/, applyOrder),
  put(/^control$/, applyControl),
  put(/^packages\/([0-9a-f]+)$/, takePackage),
  get(/^packages\/([0-9a-f]+)$/, ({ services, id }) =>
    readArchiveUse(services, parseWith(Sha256, id)),
  ),
  del(/^packages\/([0-9a-f]+)$/, dropPackage),
  get(/^signatures$/, async ({ services }) => ({
    signatures: await listPackageSignatures(services.db),
  })),
  put(/^packages\/([0-9a-f]+)\/signature$/, takeSignature),
  get(/^credentials$/, listCredentials),
  post(/^credentials$/, async ({ services, ctx, clusterId, request }) =>
    createMasterCredential(services, ctx, clusterId, await body(request, CreateCredentialRequest)),
  ),
  del(/^credentials\/(\d+)$/, revokeCredential),
  ask(/^facts$/, async ({ services, clusterId, request }) =>
    factsForManage(services, clusterId, await body(request, MasterFactsRequest)),
  ),
  ask(/^preview$/, async ({ master, request }) => {
    const { plan, cluster } = await body(request, MasterPreviewRequest);
    const own = { ...cluster, clusterId: master.clusterId };
    return master.preview(plan, own);
  }),
  ask(/^gray$/, async ({ master, request }) => ({
    machineIds: await master.selectGray(await body(request, MasterGrayRequest)),
  })),
  ask(/^machines\/find$/, async ({ master, request }) => {
    const { machineIds } = await body(request, MasterFindRequest);
    return { machines: [...(await master.findMachines(machineIds)).values()] };
  }),
  get(/^enrollment-tokens$/, async ({ services, ctx, clusterId }) => ({
    tokens: await listEnrollmentTokens(services, ctx, clusterId),
  })),
  post(/^enrollment-tokens$/, async ({ services, ctx, clusterId, request }) => {
    const asked = await body(request, CreateEnrollmentTokenRequest);
    return createEnrollmentToken(services, ctx, { ...asked, clusterId });
  }),
  del(/^enrollment-tokens\/(\d+)$/, async ({ services, ctx, clusterId, id }) => {
    await revokeEnrollmentToken(services, ctx, { clusterId, tokenId: Number(id) });
    return { revoked: true };
  }),
  get(/^machines$/, ({ master, request }) => {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    return master.listMachines(parseWith(MasterMachinesQuery, query));
  }),
  ask(/^machines\/change\/preview$/, async (call) => ({
    count: await countMachinesToChange(
      call.services,
      await ofThis(call, PreviewMachinesChangeRequest),
    ),
  })),
  post(/^machines\/change$/, async (call) => ({
    changed: await changeMachines(
      call.services,
      call.ctx,
      await ofThis(call, ChangeMachinesRequest),
    ),
  })),
  post(/^machines\/([^/]+\/[a-z]+)$/, changeOne),
  get(/^machines\/([^/]+)$/, ({ master, id }) => master.readMachine(parseWith(MachineId, id))),
];

/**
 * /api/master/v1: what the manage of a remote cluster calls. Only a deployment that is nothing but a
 * master answers: elsewhere releases are people's own, and their numbers would meet manage's.
 */
export async function answerMasterApi(services: Services, request: Request): Promise<Response> {
  const requestId = randomUUID();
  try {
    refuseOtherRole(services);
    const { clusterId, rest } = splitPath(request);
    const manage = await authenticateManage(services, clusterId, request);
    const found = findRoute(request.method, rest);
    if (found.route.writes && manage.scope === "read")
      throw new ProblemError("forbidden", "This credential may only read.");
    const master = localMaster(services, clusterId);
    const call = { services, ...manage, clusterId, master, request, id: found.id };
    return Response.json(await found.route.answer(call), {
      headers: { "cache-control": "no-store" },
    });
  } catch (error) {
    return problemResponse(toProblem(error, services.log, requestId));
  }
}

/** The issue is how a manage that adds the cluster can tell its people what to change. */
function refuseOtherRole({ env }: Services): void {
  if (env.IFRIT_ROLE === "master") return;
  throw new ProblemError("not_found", "This deployment takes no orders (IFRIT_ROLE=master).", {
    issues: [{ path: "role", message: env.IFRIT_ROLE }],
  });
}

function splitPath(request: Request): { clusterId: string; rest: string } {
  const path = new URL(request.url).pathname;
  const [, clusterId = "", rest = ""] =
    /^clusters\/([^/]+)\/(.+)$/.exec(path.slice(masterPrefix.length)) ?? [];
  if (!ClusterId.safeParse(clusterId).success)
    throw new ProblemError("not_found", "There is no such call.");
  return { clusterId, rest };
}

function findRoute(method: string, path: string): { route: Route; id: string } {
  const known = routes.filter((route) => route.path.test(path));
  const route = known.find((one) => one.method === method);
  if (route) return { route, id: decodeURIComponent(route.path.exec(path)?.[1] ?? "") };
  if (known.length > 0)
    throw new ProblemError("method_not_allowed", "This call has another method.");
  throw new ProblemError("not_found", "There is no such call.");
}

async function body<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  return parseWith(schema, await readJsonBody(request));
}

async function applyOrder({ services, ctx, clusterId, request, id }: Call) {
  const order = await body(request, MasterOrder);
  const isThis =
    order.release.id === Number(id) &&
    order.release.cluster.clusterId === clusterId &&
    order.release.plan.clusters.every((one) => one.clusterId === clusterId);
  if (!isThis) throw new ProblemError("invalid_request", "The order is for something else.");
  return applyReleaseOrder(services, ctx, clusterId, order);
}

async function applyControl({ services, ctx, clusterId, request }: Call) {
  const order = await body(request, MasterControlOrder);
  await applyControlOrder(services, ctx, clusterId, order);
  return { nowMs: services.now(), control: await readControl(services, clusterId) };
}

async function changeOne({ services, ctx, clusterId, request, id }: Call) {
  const [machineId, verb] = id.split("/");
  const { remark } = await body(request, ChangeMachineRequest);
  const change = { machineId: parseWith(MachineId, machineId), verb: parseWith(MachineVerb, verb) };
  return changeMachine(services, ctx, { ...change, remark, clusterId });
}

/** The credential is good for one cluster, whatever else this master has. */
async function ofThis<T extends PreviewMachinesChangeRequest>(
  { request, clusterId }: Call,
  schema: z.ZodType<T>,
): Promise<T> {
  const change = await body(request, schema);
  if (change.select.cluster === clusterId) return change;
  throw new ProblemError("invalid_request", "The order is for another cluster.");
}

async function listCredentials({ services, clusterId, credentialId }: Call) {
  return { credentials: await listMasterCredentials(services, clusterId, credentialId) };
}

async function revokeCredential({ services, ctx, clusterId, request, id, credentialId }: Call) {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const { graceSeconds } = parseWith(RevokeQuery, query);
  if (Number(id) === credentialId)
    throw new ProblemError("conflict", "A credential does not revoke itself.");
  await revokeMasterCredential(services, ctx, clusterId, Number(id), graceSeconds);
  return { revoked: true };
}

async function dropPackage({ services, ctx, id }: Call) {
  return { deleted: await dropArchive(services, ctx, parseWith(Sha256, id)) };
}

async function takePackage({ services, ctx, request, id }: Call) {
  const expectedSha256 = parseWith(Sha256, id);
  const upload = { body: streamBody(request), expectedSha256 };
  const { existed } = await uploadPackage(services, ctx, upload);
  return { existed };
}

async function takeSignature({ services, ctx, request, id }: Call) {
  const { envelope } = await body(request, MasterSignatureOrder);
  return storePackageSignature(services, ctx, { sha256: parseWith(Sha256, id), envelope });
}

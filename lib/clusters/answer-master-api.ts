import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { parseWith, readJsonBody, streamBody } from "../access/request-input.ts";
import {
  MasterFactsRequest,
  MasterFindRequest,
  MasterGrayRequest,
  MasterMachinesQuery,
  MasterOrder,
  MasterPreviewRequest,
  masterPrefix,
} from "../contract/master-api.ts";
import { ClusterId, MachineId, Sha256 } from "../contract/names.ts";
import { uploadPackage } from "../packages/upload-package.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { problemResponse, toProblem } from "../platform/problem-response.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { listAppliedOrders } from "../releases/applied-orders.ts";
import { applyReleaseOrder } from "../releases/apply-release-order.ts";
import { factsForManage } from "../releases/facts-for-manage.ts";
import { authenticateManage } from "./authenticate-manage.ts";
import type { ClusterMaster } from "./cluster-master.ts";
import { localMaster } from "./local-master.ts";

type Call = {
  services: Services;
  ctx: RequestContext;
  clusterId: string;
  master: ClusterMaster;
  request: Request;
  /** What the path's pattern captured. */
  id: string;
};
type Route = { method: string; path: RegExp; answer: (call: Call) => Promise<unknown> };

const get = (path: RegExp, answer: Route["answer"]): Route => ({ method: "GET", path, answer });
const post = (path: RegExp, answer: Route["answer"]): Route => ({ method: "POST", path, answer });
const put = (path: RegExp, answer: Route["answer"]): Route => ({ method: "PUT", path, answer });

/** Below /api/master/v1/clusters/{id}/. The schemas are those of lib/contract/master-api.ts. */
const routes: Route[] = [
  get(/^status$/, ({ master }) => master.status()),
  get(/^orders$/, async ({ services, clusterId }) => ({
    orders: await listAppliedOrders(services.db, clusterId),
  })),
  put(/^releases\/(\d+)$/, applyOrder),
  put(/^packages\/([0-9a-f]+)$/, takePackage),
  post(/^facts$/, async ({ services, clusterId, request }) =>
    factsForManage(services, clusterId, await body(request, MasterFactsRequest)),
  ),
  post(/^preview$/, async ({ master, request }) => {
    const { plan, cluster } = await body(request, MasterPreviewRequest);
    const own = { ...cluster, clusterId: master.clusterId };
    return { stages: await master.previewStages(plan, own) };
  }),
  post(/^gray$/, async ({ master, request }) => ({
    machineIds: await master.selectGray(await body(request, MasterGrayRequest)),
  })),
  post(/^machines\/find$/, async ({ master, request }) => {
    const { machineIds } = await body(request, MasterFindRequest);
    return { machines: [...(await master.findMachines(machineIds)).values()] };
  }),
  get(/^machines$/, ({ master, request }) => {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    return master.listMachines(parseWith(MasterMachinesQuery, query));
  }),
  get(/^machines\/([^/]+)$/, ({ master, id }) => master.readMachine(parseWith(MachineId, id))),
];

/**
 * /api/master/v1: what the manage of a remote cluster calls. Only a deployment that is nothing but a
 * master answers: elsewhere releases are people's own, and their numbers would meet manage's.
 */
export async function answerMasterApi(services: Services, request: Request): Promise<Response> {
  const requestId = randomUUID();
  try {
    if (services.env.IFRIT_ROLE !== "master")
      throw new ProblemError("not_found", "This deployment takes no orders (IFRIT_ROLE=master).");
    const { clusterId, rest } = splitPath(request);
    const ctx = await authenticateManage(services, clusterId, request);
    const found = findRoute(request.method, rest);
    const master = localMaster(services, clusterId);
    return Response.json(
      await found.route.answer({ services, ctx, clusterId, master, request, id: found.id }),
      { headers: { "cache-control": "no-store" } },
    );
  } catch (error) {
    return problemResponse(toProblem(error, services.log, requestId));
  }
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

async function takePackage({ services, ctx, request, id }: Call) {
  const expectedSha256 = parseWith(Sha256, id);
  const upload = { body: streamBody(request), expectedSha256 };
  const { existed } = await uploadPackage(services, ctx, upload);
  return { existed };
}

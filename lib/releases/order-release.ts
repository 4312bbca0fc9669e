import { z } from "zod";
import { ReleaseVerb } from "../contract/console-views.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { abortRelease } from "./abort-release.ts";
import { continueRelease } from "./continue-release.ts";
import { continueReleaseWithEverything } from "./continue-release-with-everything.ts";
import { pauseRelease } from "./pause-release.ts";
import { rollBackRelease } from "./roll-back-release.ts";
import { startRelease } from "./start-release.ts";
import { verifyCluster } from "./verify-cluster.ts";

/** In paths verbs are written with dashes (roll-back); the names of the contract are taken as well. */
export const VerbInPath = z
  .string()
  .transform((text) => text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))
  .pipe(ReleaseVerb);

type Order = { releaseId: number; clusterId?: string | undefined; remark: string };
type Verb = (services: Services, ctx: RequestContext, order: Order) => Promise<void>;

const verbs: Record<ReleaseVerb, Verb> = {
  start: startRelease,
  pause: pauseRelease,
  continue: continueRelease,
  continueAll: continueReleaseWithEverything,
  rollBack: rollBackRelease,
  abort: abortRelease,
  verifyCluster,
};

/** Any verb by its name, the same word in console, API and CLI. */
export async function orderRelease(
  services: Services,
  ctx: RequestContext,
  verb: ReleaseVerb,
  order: Order,
): Promise<void> {
  await verbs[verb](services, ctx, order);
}

import { ProblemError } from "../platform/problem-error.ts";
import { countUse, type RateLimit } from "../platform/rate-limit.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { addressForLimits, clientAddress } from "./client-address.ts";
import { currentActor } from "./current-actor.ts";

/** Of an address, without a session or a token that counts. Whoever has one is not held up by it. */
export const strangerLimit: RateLimit = { points: 300, seconds: 60 };

/**
 * Who asks, within limits: each person and each API token has a limit of its own, so that a script that
 * runs wild holds nobody else up; strangers have one by address.
 * @throws ProblemError unauthenticated, too_many_requests
 */
export async function limitedActor(
  services: Services,
  request: Request,
  requestId: string,
): Promise<RequestContext> {
  const ctx = await currentActor(services, request, requestId).catch(async (error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== "unauthenticated") throw error;
    const address = addressForLimits(clientAddress(services.env, request.headers));
    await countUse("strangers", strangerLimit, address, "Too many requests without a session.");
    throw error;
  });
  const points = services.env.IFRIT_API_PER_MINUTE;
  const sentence = `More than ${points} requests in a minute. Wait a little, or ask for more at once.`;
  await countUse("actors", { points, seconds: 60 }, limitKey(ctx), sentence);
  return ctx;
}

/** A token counts by itself: see current-actor.ts for the source. */
function limitKey({ actor, source }: RequestContext): string {
  const token = actor.kind === "user" && actor.tokenScope ? /^api token \d+/.exec(source)?.[0] : "";
  return token || actor.name;
}

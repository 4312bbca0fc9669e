import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { clientAddress } from "./client-address.ts";
import { readSession } from "./session.ts";

/** Who sends this request. @throws ProblemError unauthenticated */
export async function currentActor(
  services: Services,
  request: Request,
  requestId: string,
): Promise<RequestContext> {
  const signedIn = await readSession(services, request.headers.get("cookie"));
  if (!signedIn) throw new ProblemError("unauthenticated", "Sign in first.");
  const { displayName: _, ...actor } = signedIn;
  const address = clientAddress(services.env, request.headers);
  return { actor, requestId, source: `console ${address}`.slice(0, 64) };
}

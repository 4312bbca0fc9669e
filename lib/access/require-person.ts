import { ProblemError } from "../platform/problem-error.ts";
import type { Actor, RequestContext } from "../platform/request-context.ts";

/** For what only somebody at the console may do, with a session. @throws ProblemError forbidden */
export function requirePerson({ actor }: RequestContext): Extract<Actor, { kind: "user" }> {
  if (actor.kind === "user" && !actor.tokenScope) return actor;
  throw new ProblemError("forbidden", "Only people may do this, signed in to the console.");
}

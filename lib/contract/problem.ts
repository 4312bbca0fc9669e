import { z } from "zod";

/**
 * The closed table of error codes, with their HTTP status. Every error that leaves ifrit is
 * problem+json (RFC 9457) with one of these; an unknown error is "internal" with a request id and
 * nothing else.
 */
export const problemStatus = {
  invalid_request: 400,
  unauthenticated: 401,
  token_expired: 401,
  enrollment_token_invalid: 401,
  machine_unknown: 401,
  machine_revoked: 403,
  counter_reused: 409,
  forbidden: 403,
  cross_site: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  version_exists: 409,
  release_not_running: 409,
  too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  package_invalid: 422,
  digest_mismatch: 422,
  signature_refused: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
  storage_full: 507,
} as const;

export type ProblemCode = keyof typeof problemStatus;
export const problemCodes = Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]];

export const Problem = z.object({
  type: z.string(),
  code: z.enum(problemCodes),
  status: z.number().int(),
  /** What happened and what to do, for a person. */
  detail: z.string(),
  /**
   * Where in the input, for a form or a script: [{path: "version", message: …}]. With a code (such as
   * those of planIssueCodes) the sentence can be said in the reader's language, too.
   */
  issues: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        code: z.string().optional(),
        values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      }),
    )
    .optional(),
  requestId: z.string().optional(),
  retryAfterSeconds: z.number().int().optional(),
});
export type Problem = z.infer<typeof Problem>;

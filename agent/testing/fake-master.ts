import { createHash } from "node:crypto";
import type { AgentState } from "@contract/agent-state.ts";
import type { DesiredAgent, DesiredState } from "@contract/desired-state.ts";
import { EnrollRequest, TokenRequest, tokenProofText } from "@contract/enroll.ts";
import { agentPaths, header } from "@contract/headers.ts";
import type { ProblemCode } from "@contract/problem.ts";
import { ReportRequest } from "@contract/report.ts";
import type { BuiltPackage } from "./build-package.ts";

export interface SeenRequest {
  path: string;
  headers: Headers;
}

/** A master on a free port that speaks the real wire, with switches for what a test needs to go wrong. */
export class FakeMaster implements AsyncDisposable {
  readonly clusterId = "test-cluster";
  readonly enrollmentToken = "enrollment-token-for-tests";
  readonly requests: SeenRequest[] = [];
  readonly reports: ReportRequest[] = [];
  readonly states = new Map<string, AgentState>();
  readonly counters: number[] = [];
  accepts = true;
  pollSeconds: number | null = 1;
  blocked: string | null = null;
  fullWanted = false;
  /** Answers in place of the real one; null lets the real one happen. */
  intercept: (request: Request, path: string) => Response | Promise<Response> | null = () => null;
  #agents: DesiredAgent[] = [];
  #packages = new Map<string, Uint8Array>();
  #tokens = new Set<string>();
  #publicKey: string | null = null;
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(port = 0) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) =>
      this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  want(...agents: DesiredAgent[]): void {
    this.#agents = agents.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** Offers the package and wants it. */
  release(releaseId: number, built: BuiltPackage): DesiredAgent {
    this.offer(built);
    const { name, version } = built.manifest;
    const agent: DesiredAgent = {
      want: "present",
      name,
      version,
      releaseId,
      releasedAtMs: releaseId * 1000,
      scope: "default",
      packages: { "linux-x64": built.ref, "linux-arm64": built.ref },
    };
    this.want(...this.#agents.filter((one) => one.name !== name), agent);
    return agent;
  }

  absent(releaseId: number, name: string): void {
    const agent: DesiredAgent = {
      want: "absent",
      name,
      releaseId,
      releasedAtMs: releaseId * 1000,
      scope: "default",
    };
    this.want(...this.#agents.filter((one) => one.name !== name), agent);
  }

  offer(built: BuiltPackage): void {
    this.#packages.set(built.ref.sha256, built.bytes);
  }

  expireTokens(): void {
    this.#tokens.clear();
  }

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    this.requests.push({ path, headers: request.headers });
    const intercepted = await this.intercept(request, path);
    if (intercepted) return intercepted;
    if (path === agentPaths.enroll) return this.#enroll(EnrollRequest.parse(await request.json()));
    if (path === agentPaths.token)
      return await this.#token(TokenRequest.parse(await request.json()));
    if (!this.#tokens.has(request.headers.get("authorization") ?? ""))
      return problem("token_expired", 401);
    if (path === agentPaths.desiredState) return this.#desired(request);
    if (path === agentPaths.report) return this.#report(ReportRequest.parse(await request.json()));
    if (path.startsWith(agentPaths.packages))
      return this.#package(request, path.slice(agentPaths.packages.length));
    return problem("not_found", 404);
  }

  #enroll(request: EnrollRequest): Response {
    if (request.enrollmentToken !== this.enrollmentToken)
      return problem("enrollment_token_invalid", 401);
    if (this.accepts) this.#publicKey = request.publicKey;
    return Response.json({
      status: this.accepts ? "accepted" : "pending",
      clusterId: this.clusterId,
    });
  }

  async #token(request: TokenRequest): Promise<Response> {
    if (this.#publicKey === null) return problem("machine_unknown", 401);
    const raw = Uint8Array.fromBase64(this.#publicKey, { alphabet: "base64url" });
    const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    const signature = Uint8Array.fromBase64(request.signature, { alphabet: "base64url" });
    const valid = await crypto.subtle.verify(
      "Ed25519",
      key,
      signature,
      new TextEncoder().encode(tokenProofText(request)),
    );
    if (!valid) return problem("unauthenticated", 401);
    if (request.counter <= (this.counters.at(-1) ?? 0)) return problem("counter_reused", 409);
    this.counters.push(request.counter);
    const token = crypto.randomUUID();
    this.#tokens.add(`Bearer ${token}`);
    return Response.json({ token, expiresInSeconds: 3600 });
  }

  #desired(request: Request): Response {
    const state: DesiredState = { schema: 1, clusterId: this.clusterId, agents: this.#agents };
    const body = JSON.stringify(state);
    const etag = `"${createHash("sha256").update(body).digest("hex")}"`;
    const headers = new Headers({ etag, "content-type": "application/json" });
    if (this.pollSeconds !== null) headers.set(header.nextPollSeconds, String(this.pollSeconds));
    if (this.blocked !== null) headers.set(header.change, `blocked; ${this.blocked}`);
    if (this.fullWanted) headers.set(header.reportWanted, "full");
    this.fullWanted = false;
    const same = request.headers.get("if-none-match") === etag;
    return new Response(same ? null : body, { status: same ? 304 : 200, headers });
  }

  #report(report: ReportRequest): Response {
    this.reports.push(report);
    if (report.kind === "full") this.states.clear();
    for (const name of report.removed) this.states.delete(name);
    for (const state of report.agents) this.states.set(state.name, state);
    return new Response(null, { status: 202 });
  }

  #package(request: Request, sha256: string): Response {
    const bytes = this.#packages.get(sha256);
    if (bytes === undefined) return problem("not_found", 404);
    return rangeResponse(request, bytes, `"${sha256}"`);
  }
}

/** The bytes, or the part asked for by Range and If-Range. */
export function rangeResponse(request: Request, bytes: Uint8Array, etag: string): Response {
  const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
  const ifRange = request.headers.get("if-range");
  if (range === null || (ifRange !== null && ifRange !== etag)) {
    return new Response(new Uint8Array(bytes), { headers: { etag } });
  }
  const from = Number(range[1]);
  if (from >= bytes.length) return new Response(null, { status: 416 });
  const headers = { etag, "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  return new Response(bytes.slice(from), { status: 206, headers });
}

export function problem(
  code: ProblemCode,
  status: number,
  headers: Record<string, string> = {},
): Response {
  const body = { type: `urn:ifrit:${code}`, code, status, detail: `the fake master says ${code}` };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

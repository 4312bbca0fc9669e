import { createHash } from "node:crypto";
import type { AgentState } from "@contract/agent-state.ts";
import type { DesiredAgent, DesiredState } from "@contract/desired-state.ts";
import { EnrollRequest, TokenRequest, tokenProofText } from "@contract/enroll.ts";
import { agentPaths, header } from "@contract/headers.ts";
import type { MachineType } from "@contract/machine-type.ts";
import type { ProblemCode } from "@contract/problem.ts";
import { ReportRequest } from "@contract/report.ts";
import type { BuiltPackage } from "./build-package.ts";
import { TestDirector } from "./test-director.ts";

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
  tokenSeconds = 3600;
  blocked: string | null = null;
  fullWanted = false;
  /** Signs everything, as a master with keys does; null: signs nothing. */
  director: TestDirector | null = null;
  /** Changes what was signed on its way out; null takes it away. */
  forge: Partial<Record<"anchor" | "freshness" | "root", (text: string) => string | null>> = {};
  /** Answers in place of the real one; null lets the real one happen. */
  intercept: (request: Request, path: string) => Response | Promise<Response | null> | null = () =>
    null;
  #agents: DesiredAgent[] = [];
  #packages = new Map<string, Uint8Array>();
  #tokens = new Set<string>();
  #publicKey: string | null = null;
  #machineType: MachineType = "LINUX";
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    port = 0,
    private readonly hostname = "127.0.0.1",
  ) {
    this.#server = Deno.serve({ hostname, port, onListen: () => {} }, (request) =>
      this.answer(request),
    );
  }

  /** With root, release and director keys of its own. */
  static async signing(settings?: Parameters<typeof TestDirector.create>[1]) {
    const master = new FakeMaster();
    const director = await TestDirector.create(master.clusterId, settings);
    master.director = director;
    return Object.assign(master, { director });
  }

  get url(): string {
    return `http://${this.hostname}:${this.#server.addr.port}`;
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

  async answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    this.requests.push({ path, headers: request.headers });
    const intercepted = await this.intercept(request, path);
    if (intercepted) return intercepted;
    if (path === agentPaths.roots) return this.#roots(request);
    if (path === agentPaths.enroll) return this.#enroll(EnrollRequest.parse(await request.json()));
    if (path === agentPaths.token)
      return await this.#token(TokenRequest.parse(await request.json()));
    if (!this.#tokens.has(request.headers.get("authorization") ?? ""))
      return problem("token_expired", 401);
    if (path === agentPaths.desiredState) return await this.#desired(request);
    if (path === agentPaths.statement) return await this.#statement();
    if (path === agentPaths.report) return this.#report(ReportRequest.parse(await request.json()));
    if (path.startsWith(agentPaths.packages))
      return this.#package(request, path.slice(agentPaths.packages.length));
    return problem("not_found", 404);
  }

  #enroll(request: EnrollRequest): Response {
    if (request.enrollmentToken !== this.enrollmentToken)
      return problem("enrollment_token_invalid", 401);
    if (this.accepts) this.#publicKey = request.publicKey;
    this.#machineType = request.facts.type;
    return Response.json({
      status: this.accepts ? "accepted" : "pending",
      clusterId: this.clusterId,
      root: this.director?.newestRoot,
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
    const { machineId, counter } = request;
    const machineType = this.#machineType;
    const anchor = (await this.director?.anchor({ machineId, machineType, counter })) ?? null;
    return Response.json({
      ...{ token, expiresInSeconds: this.tokenSeconds },
      anchor: this.#forged("anchor", anchor) ?? undefined,
    });
  }

  #forged(what: "anchor" | "freshness" | "root", text: string | null): string | null {
    return text === null ? null : (this.forge[what] ?? ((same) => same))(text);
  }

  #roots(request: Request): Response {
    const after = Number(new URL(request.url).searchParams.get("after"));
    return Response.json({ roots: this.director?.roots.slice(after, after + 16) ?? [] });
  }

  /** As a JSON text: what is signed are these bytes. */
  get body(): string {
    const state: DesiredState = { schema: 1, clusterId: this.clusterId, agents: this.#agents };
    return JSON.stringify(state);
  }

  async #news(): Promise<Record<string, string>> {
    if (this.director === null) return {};
    const freshness = this.#forged("freshness", await this.director.freshnessFor(this.body));
    const root = this.#forged("root", String(this.director.roots.length));
    return {
      ...(freshness === null ? {} : { [header.freshness]: freshness }),
      ...(root === null ? {} : { [header.root]: root }),
    };
  }

  async #statement(): Promise<Response> {
    if (this.director === null) return problem("not_found", 404);
    const { body } = this;
    const headers = { etag: etagOf(body), "content-type": "application/json" };
    const news = await this.#news();
    const statement = await this.director.statement(body, this.#machineType);
    return new Response(statement, { headers: { ...headers, ...news } });
  }

  async #desired(request: Request): Promise<Response> {
    const { body } = this;
    const etag = etagOf(body);
    const headers = new Headers({
      ...{ etag, "content-type": "application/json" },
      ...(await this.#news()),
    });
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

  #package(request: Request, path: string): Response {
    const [sha256 = "", rest] = path.split("/");
    if (rest === "signature") {
      const signature = this.director?.signature(sha256);
      if (!signature) return problem("not_found", 404);
      return new Response(signature, { headers: { "content-type": "application/json" } });
    }
    const bytes = this.#packages.get(sha256);
    if (bytes === undefined) return problem("not_found", 404);
    return rangeResponse(request, bytes, `"${sha256}"`);
  }
}

function etagOf(body: string): string {
  return `"${createHash("sha256").update(body).digest("hex")}"`;
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

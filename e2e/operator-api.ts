import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type APIRequestContext, type APIResponse, request } from "@playwright/test";
import type { z } from "zod";
import {
  type AuditEntryView,
  AuditList,
  type CreateEnrollmentTokenRequest,
  EnrollmentTokenCreated,
  MachineDetail,
  MachineList,
  PackageUploaded,
  ReleaseDetail,
  StoredSignature,
} from "../lib/contract/console-views.ts";
import { TrustView } from "../lib/contract/trust-views.ts";
import type { Ifrit } from "./start-ifrit.ts";

const convergePatienceMs = 120_000;

/** What an operator's script would do: the REST API, signed in as the first administrator. */
export class OperatorApi {
  private constructor(private readonly http: APIRequestContext) {}

  static async signIn(ifrit: Ifrit): Promise<OperatorApi> {
    const http = await request.newContext({
      baseURL: ifrit.url,
      extraHTTPHeaders: { origin: ifrit.url },
    });
    const { csrfToken } = await (await http.get("/api/auth/csrf")).json();
    const form = { csrfToken, username: "admin", password: ifrit.adminPassword, json: "true" };
    await http.post("/api/auth/callback/credentials", { form });
    const me = await http.get("/api/v1/me");
    if (!me.ok()) throw new Error(`sign-in failed: ${me.status()} ${await me.text()}`);
    return new OperatorApi(http);
  }

  async upload(archive: string): Promise<PackageUploaded> {
    const response = await this.http.post("/api/v1/packages", {
      headers: { "content-type": "application/gzip" },
      data: readFileSync(archive),
    });
    return read(response, PackageUploaded);
  }

  async createEnrollmentToken(
    asked: z.input<typeof CreateEnrollmentTokenRequest>,
  ): Promise<EnrollmentTokenCreated> {
    const path = "/api/v1/clusters/local/enrollment-tokens";
    return read(await this.http.post(path, { data: asked }), EnrollmentTokenCreated);
  }

  /** `envelope`: what `npm run keys -- sign` wrote. */
  async sign(packageId: number, envelope: string): Promise<StoredSignature> {
    const path = `/api/v1/packages/${packageId}/signature`;
    return read(await this.http.put(path, { data: { envelope } }), StoredSignature);
  }

  async trust(): Promise<TrustView> {
    return read(await this.http.get("/api/v1/trust"), TrustView);
  }

  /** Releases to every machine of the cluster at once; `version` null removes the agent. */
  async release(agentName: string, version: string | null): Promise<ReleaseDetail> {
    const plan = {
      ...{ agentName, version, machineTypes: ["CONTAINER", "LINUX", "ARM64"] },
      clusters: [
        {
          clusterId: "local",
          stages: [{ kind: "full", gate: {} }],
          verification: "automatic",
        },
      ],
    };
    return read(await this.http.post("/api/v1/releases", { data: { plan } }), ReleaseDetail);
  }

  async releaseDetail(id: number): Promise<ReleaseDetail> {
    return read(await this.http.get(`/api/v1/releases/${id}`), ReleaseDetail);
  }

  async thisMachine(): Promise<MachineDetail> {
    const { machines } = await read(await this.http.get("/api/v1/machines"), MachineList);
    if (machines.length !== 1) throw new Error(`there are ${machines.length} machines, not one`);
    return read(await this.http.get(`/api/v1/machines/${machines[0]!.id}`), MachineDetail);
  }

  /** The one that is not simulated. */
  async realMachine(): Promise<MachineDetail> {
    const { machines } = await read(await this.http.get("/api/v1/machines?limit=500"), MachineList);
    const real = machines.filter(({ hostname }) => !hostname.endsWith(".sim"));
    if (real.length !== 1) throw new Error(`there are ${real.length} real machines, not one`);
    return read(await this.http.get(`/api/v1/machines/${real[0]!.id}`), MachineDetail);
  }

  async audit(action: string): Promise<AuditEntryView[]> {
    const response = await this.http.get(`/api/v1/audit?action=${action}&limit=100`);
    return (await read(response, AuditList)).entries;
  }

  /** Seconds until the release is complete. The server may be away meanwhile: it is asked again. */
  async untilCompleted(id: number): Promise<number> {
    const startedAt = performance.now();
    let last = "";
    while (performance.now() - startedAt < convergePatienceMs) {
      try {
        const { state, counts, waitingFor } = await this.releaseDetail(id);
        if (state === "completed") return (performance.now() - startedAt) / 1000;
        last = JSON.stringify({ state, counts, waitingFor });
      } catch (error) {
        last = String(error);
      }
      await sleep(250);
    }
    throw new Error(`release ${id} is not complete after ${convergePatienceMs / 1000} s: ${last}`);
  }

  async close(): Promise<void> {
    await this.http.dispose();
  }
}

async function read<S extends z.ZodType>(response: APIResponse, schema: S): Promise<z.infer<S>> {
  const text = await response.text();
  if (!response.ok()) throw new Error(`${response.url()} answered ${response.status()}: ${text}`);
  return schema.parse(JSON.parse(text));
}

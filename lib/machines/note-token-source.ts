import { sql } from "drizzle-orm";
import { tokenSources } from "../../drizzle/schema/token-sources.ts";
import type { TokenRequest } from "../contract/enroll.ts";
import type { TokenSource } from "../contract/machine-views.ts";
import type { Services } from "../platform/services.ts";

/** Another process of the machine got a token: who it is, beside who had the last one. */
export async function noteTokenSource(
  services: Services,
  { machineId, instance = "", source }: TokenRequest,
  address: string,
): Promise<void> {
  const now: TokenSource = {
    ...{ instance, address, atMs: services.now() },
    hostname: source?.hostname ?? "",
    addresses: source?.addresses ?? [],
    hardware: source?.hardware ?? "",
    bootId: source?.bootId ?? "",
  };
  await services.db
    .insert(tokenSources)
    .values({ machineId, now })
    .onDuplicateKeyUpdate({ set: { before: sql`${tokenSources.now}`, now, suspectedAtMs: 0 } });
}

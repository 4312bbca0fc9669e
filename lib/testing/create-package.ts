import { createHash } from "node:crypto";
import { agents } from "../../drizzle/schema/agents.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { PackageManifest } from "../contract/package-manifest.ts";
import type { Services } from "../platform/services.ts";
import { unique } from "./unique.ts";

type PackageRow = typeof packages.$inferSelect;

/** The rows of a package (and of its agent). No archive is written. */
export async function createPackage(
  services: Services,
  overrides: Partial<PackageRow> = {},
): Promise<PackageRow> {
  const agentName = overrides.agentName ?? `agent-${unique()}`;
  const version = overrides.version ?? "1.0.0";
  const platform = overrides.platform ?? "linux-x64";
  const nowMs = services.now();
  await services.db.insert(agents).ignore().values({ name: agentName, createdAtMs: nowMs });
  const row: Omit<PackageRow, "id"> = {
    agentName,
    version,
    platform,
    sha256: createHash("sha256").update(`${agentName} ${version} ${platform}`).digest("hex"),
    sizeBytes: 1000,
    manifest: packageManifest({ name: agentName, version, platforms: [platform] }),
    uploadedBy: "tester",
    uploadedAtMs: nowMs,
    ...overrides,
  };
  const [inserted] = await services.db.insert(packages).values(row).$returningId();
  return { ...row, id: inserted!.id };
}

export function packageManifest(overrides: Partial<PackageManifest> = {}): PackageManifest {
  return PackageManifest.parse({
    schema: 1,
    name: "sample",
    version: "1.0.0",
    platforms: ["linux-x64"],
    start: { command: ["./run"] },
    files: [{ path: "run", size: 10, sha256: "0".repeat(64), executable: true }],
    ...overrides,
  });
}

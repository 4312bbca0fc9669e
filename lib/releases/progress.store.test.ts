import { describe, expect, test } from "vitest";
import { ReleaseList } from "../contract/console-views.ts";
import { listReleases } from "./list-releases.ts";
import { releaseDetail } from "./release-detail.ts";
import {
  addMachine,
  agentName,
  machineIds,
  release,
  report,
  services,
  staged,
} from "./testing/ten-machines.ts";

describe("progress", () => {
  test("counts each machine once, by what it is at", async () => {
    await addMachine({ platform: "linux-arm64" });
    await addMachine({ lastSeenAtMs: 1 });
    await addMachine({ status: "parked" });
    const { id } = await release("1.1.0");
    const at = (index: number, state: object) =>
      report(machineIds[index]!, {
        version: "1.0.0",
        targetVersion: "1.1.0",
        releaseId: id,
        ...state,
      });
    await at(0, { phase: "downloading" });
    await at(1, { phase: "verifying" });
    await at(2, { phase: "switching" });
    await at(3, { phase: "watching", version: "1.1.0" });
    await at(4, { phase: "running", version: "1.1.0" });
    await at(5, {
      phase: "failed",
      failure: { reason: "disk_full", message: "", version: "1.1.0" },
    });
    await at(6, {
      phase: "running",
      failure: { reason: "exited_early", message: "", version: "1.1.0" },
    });
    expect((await releaseDetail(services, id)).counts).toEqual({
      ...{ targeted: 12, pending: 3, downloading: 2, switching: 1, watching: 1, healthy: 1 },
      ...{ failed: 2, offline: 1, notEligible: 1 },
    });
  });

  test("a machine that a newer release reaches is that release's business", async () => {
    const older = await release("1.0.0");
    await release("1.1.0", staged());
    expect((await releaseDetail(services, older.id)).counts.targeted).toBe(9);
  });

  test("lists are newest first and page on", async () => {
    const ids = [];
    for (const version of ["1.0.0", "1.1.0", "2.0.0"]) ids.push((await release(version)).id);
    const first = await listReleases(services, { agent: agentName, limit: 2 });
    ReleaseList.parse({ releases: first.releases, nextCursor: null });
    expect(first.releases.map((one) => one.id)).toEqual([ids[2], ids[1]]);
    const rest = await listReleases(services, {
      agent: agentName,
      limit: 2,
      beforeId: first.nextId!,
    });
    expect(rest.releases.map((one) => one.id)).toEqual([ids[0]]);
    expect(rest.nextId).toBeNull();
    const elsewhere = await listReleases(services, {
      agent: agentName,
      cluster: "other",
      limit: 2,
    });
    expect(elsewhere.releases).toEqual([]);
  });
});

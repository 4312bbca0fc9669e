import { describe, expect, test } from "vitest";
import { ReleasePreview } from "../contract/console-views.ts";
import { createRelease } from "./create-release.ts";
import { previewRelease } from "./preview-release.ts";
import {
  addMachine,
  ctx,
  desired,
  machineIds,
  planOf,
  report,
  services,
} from "./testing/ten-machines.ts";

describe("previewRelease()", () => {
  test("says who would change, from what, and who would not, without changing anything", async () => {
    await addMachine({ platform: "linux-arm64" });
    await addMachine({ lastSeenAtMs: 1 });
    await report(machineIds[0]!, { version: "1.0.0" });
    await report(machineIds[1]!, { version: "1.1.0" });
    const preview = await previewRelease(services, planOf("1.1.0"));
    ReleasePreview.parse(preview);
    expect(preview.clusters[0]?.stages).toEqual([
      {
        ...{ kind: "full", upToPercent: null, change: 9, offline: 1, failedBefore: 0 },
        skipped: expect.arrayContaining([
          { reason: "noPackage", machines: 1 },
          { reason: "alreadyThere", machines: 1 },
        ]),
        fromVersions: [
          { version: null, machines: 9 },
          { version: "1.0.0", machines: 1 },
        ],
      },
    ]);
    expect(await desired()).toEqual(machineIds.map(() => null));
  });

  test("is confirmed by its id, and refused when more machines came meanwhile or the plan differs", async () => {
    const { previewId } = await previewRelease(services, planOf("1.1.0"));
    const other = createRelease(services, ctx, { plan: planOf("2.0.0"), previewId });
    await expect(other).rejects.toMatchObject({ code: "conflict" });
    for (let index = 0; index < 6; index += 1) await addMachine();
    const drifted = createRelease(services, ctx, { plan: planOf("1.1.0"), previewId });
    await expect(drifted).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("16 machines would change, 10 were shown"),
    });
    const fresh = await previewRelease(services, planOf("1.1.0"));
    await createRelease(services, ctx, { plan: planOf("1.1.0"), previewId: fresh.previewId });
  });
});

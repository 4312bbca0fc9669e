import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { packageLimits } from "@/lib/contract/package-manifest.ts";
import { checkArchive } from "./check-archive.ts";

describe("checkArchive()", () => {
  it("lets a gzip archive through", async () => {
    expect(await checkArchive(new Blob([gzipSync("anything")]))).toBeNull();
  });

  it("refuses what is not gzip, whatever its name", async () => {
    expect(await checkArchive(new File(["PK\u0003\u0004"], "agent.tar.gz"))).toBe("notGzip");
  });

  it("refuses an empty file", async () => {
    expect(await checkArchive(new Blob([]))).toBe("empty");
  });

  it("refuses a file larger than the server takes, without reading it", async () => {
    const huge = { size: packageLimits.archiveBytesMax + 1 } as Blob;
    expect(await checkArchive(huge)).toBe("tooLarge");
  });
});

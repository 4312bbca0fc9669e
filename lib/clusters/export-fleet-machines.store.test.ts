import { expect, test } from "vitest";
import { MachineSummary } from "../contract/console-views.ts";
import { textDownload } from "../platform/text-download.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createMachine } from "../testing/create-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { exportFleetMachines } from "./export-fleet-machines.ts";

test("an export holds every machine that matches, once, over many pages, in both forms", async () => {
  const services = await createTestServices();
  const [one, two] = [await createCluster(services), await createCluster(services)];
  const ids = Array.from({ length: 1_203 }, (_, index) => `m-${String(index).padStart(5, "0")}`);
  for (const [index, id] of ids.entries())
    await createMachine(services, index % 3 === 0 ? two.id : one.id, { id });
  const read = async (filter: object, format: "csv" | "ndjson") => {
    const { unanswered, texts } = await exportFleetMachines(services, filter, format);
    expect(unanswered).toEqual([]);
    return (await textDownload("x", format, texts).text()).split(/\r?\n/).filter(Boolean);
  };
  const lines = await read({}, "ndjson");
  expect(lines.map((line) => MachineSummary.parse(JSON.parse(line)).id)).toEqual(ids);
  const csv = await read({ cluster: two.id }, "csv");
  expect(csv[0]).toContain("id,clusterId,hostname");
  expect(csv).toHaveLength(1 + 401);
  expect(csv[1]).toContain(`m-00000,${two.id},`);
  expect(await read({ q: "nobody-like-this" }, "csv")).toHaveLength(1);
});

test("a download that fails half-way breaks off", async () => {
  async function* failing() {
    yield "first\n";
    throw new Error("the other half is not to be had");
  }
  await expect(textDownload("x", "csv", failing()).text()).rejects.toThrow("half");
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../lib/testing/free-port.ts";
import { findBinary } from "../scripts/system/find-binary.ts";
import { expect, test } from "./fixtures.ts";
import { isInstalled, processesUnder, readManagedAgent } from "./managed-agent.ts";
import { fetchNodeExporter, packageNodeExporter } from "./node-exporter-package.ts";
import { OperatorApi } from "./operator-api.ts";

test("a real third-party agent is released, changed to other flags, and removed with nothing left", async ({
  ifrit,
}) => {
  test.skip(findBinary("apt-get") === null, "the agent's binary is taken from a Debian package");
  test.setTimeout(420_000);
  const api = await OperatorApi.signIn(ifrit);
  const port = await freePort();
  const binary = fetchNodeExporter();
  const release = async (version: string | null) => {
    const { id } = await api.release("node-exporter", version);
    const seconds = await api.untilCompleted(id);
    console.log(`    node-exporter ${version ?? "removed"} after ${seconds.toFixed(1)} s`);
    // One poll and one rebuild, with the defaults.
    expect(seconds).toBeLessThan(90);
  };

  await api.upload(packageNodeExporter(binary, "1.5.0", port, []));
  await release("1.5.0");
  const first = readManagedAgent(ifrit.agentRoot, "node-exporter");
  expect(first?.commandLine[0]).toContain("/node-exporter/versions/1.5.0/");
  const metrics = await readMetrics(port);
  expect(metrics).toContain("node_exporter_build_info");
  expect(metrics).toContain("node_cpu_seconds_total");

  await api.upload(packageNodeExporter(binary, "1.5.0-2", port, ["--no-collector.cpu"]));
  await release("1.5.0-2");
  const second = readManagedAgent(ifrit.agentRoot, "node-exporter");
  expect(second?.commandLine).toContain("--no-collector.cpu");
  expect(second?.pid).not.toBe(first?.pid);
  expect(await readMetrics(port)).not.toContain("node_cpu_seconds_total");

  await release(null);
  expect(readManagedAgent(ifrit.agentRoot, "node-exporter")).toBeNull();
  await expect(readMetrics(port)).rejects.toThrow();
  expect(isInstalled(ifrit.agentRoot, "node-exporter")).toBe(false);
  expect(readdirSync(join(ifrit.agentRoot, "trash"))).toEqual([]);
  expect(processesUnder(join(ifrit.agentRoot, "agents", "node-exporter"))).toEqual([]);
  await api.close();
});

async function readMetrics(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return response.text();
}

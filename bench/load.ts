import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findBinary } from "../scripts/system/find-binary.ts";

const run = promisify(execFile);

export type Load = {
  port: number;
  /** Whole HTTP requests, sent in turn. They say themselves whether the connection is to be kept. */
  requests: string[];
  connections: number;
  seconds: number;
};

export type LoadResult = { requestsPerSecond: number; p99Ms: number; requests: number };

/** Drives a server from a process of its own: wrk where it is installed, otherwise our own generator. */
export function loadGenerator(folder: string): {
  name: "wrk" | "node";
  drive: (load: Load) => Promise<LoadResult>;
} {
  const wrk = findBinary("wrk");
  if (wrk) return { name: "wrk", drive: (load) => driveWithWrk(wrk, folder, load) };
  return { name: "node", drive: (load) => driveWithNode(folder, load) };
}

/** wrk cannot count answers by status from its own threads; it says how many were not 2xx or 3xx. */
async function driveWithWrk(wrk: string, folder: string, load: Load): Promise<LoadResult> {
  const requestsFile = join(folder, "requests.txt");
  writeFileSync(requestsFile, load.requests.map((text) => JSON.stringify(text)).join("\n"));
  const script = join(folder, "load.lua");
  writeFileSync(script, luaScript(requestsFile));
  const { stdout } = await run(wrk, [
    ...["-t", "1", "-c", String(load.connections), "-d", `${load.seconds}s`, "--latency"],
    ...["-s", script, `http://127.0.0.1:${load.port}`],
  ]);
  const wrong = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (wrong) throw new Error(`${wrong[1]} answers were errors`);
  const summary = /IFRIT (\d+) (\d+) (\d+)/.exec(stdout);
  if (!summary) throw new Error(`wrk said something else:\n${stdout}`);
  const [, requests, micros, p99] = summary.map(Number) as [number, number, number, number];
  return { requests, requestsPerSecond: requests / (micros / 1e6), p99Ms: p99 / 1000 };
}

function luaScript(requestsFile: string): string {
  return `
local requests, index = {}, 0
init = function()
  for line in io.lines(${JSON.stringify(requestsFile)}) do
    requests[#requests + 1] = loadstring("return " .. line)()
  end
end
request = function() index = index % #requests + 1; return requests[index] end
done = function(summary, latency)
  io.write(string.format("IFRIT %d %d %d\\n", summary.requests, summary.duration, latency:percentile(99)))
end
`;
}

async function driveWithNode(folder: string, load: Load): Promise<LoadResult> {
  const loadFile = join(folder, "load.json");
  writeFileSync(loadFile, JSON.stringify(load));
  const generator = fileURLToPath(new URL("./node-load.ts", import.meta.url));
  const { stdout } = await run(process.execPath, ["--import", "tsx", generator, loadFile]);
  return JSON.parse(stdout) as LoadResult;
}

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type BenchServer = { name: string; port: number; pid: number; stop: () => Promise<void> };

const startMsMax = 20_000;

/** Starts a server in a process of its own; it says its port in a line of JSON on stdout. */
export async function startBenchServer(
  name: string,
  file: string,
  env: Record<string, string>,
): Promise<BenchServer> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", path], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await readPort(child, name);
  return {
    name,
    port,
    pid: child.pid as number,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

/** User and system time that a process has used, in milliseconds. NaN where /proc does not tell. */
export function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

function readPort(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not start`)), startMsMax);
    let text = "";
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${text}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /"port":(\d+)|"url":"http:\/\/[^"]*:(\d+)"/.exec(text);
      if (!port) return;
      clearTimeout(timer);
      resolve(Number(port[1] ?? port[2]));
    });
  });
}

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageFolder } from "./build-package.ts";

/** Debian's own binary, as somebody would take it who wants ifrit to manage a program that knows nothing of ifrit. */
export function fetchNodeExporter(): string {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-node-exporter-"));
  const download = () =>
    execFileSync("apt-get", ["download", "-q", "prometheus-node-exporter"], {
      cwd: folder,
      stdio: "ignore",
    });
  try {
    download();
  } catch {
    // A new machine has no package lists yet.
    execFileSync("apt-get", ["update", "-q"], { stdio: "ignore" });
    download();
  }
  const deb = readdirSync(folder).find((name) => name.endsWith(".deb"));
  if (!deb) throw new Error("apt-get download brought no .deb");
  execFileSync("dpkg-deb", ["-x", join(folder, deb), join(folder, "unpacked")]);
  return join(folder, "unpacked/usr/bin/prometheus-node-exporter");
}

export function packageNodeExporter(
  binary: string,
  version: string,
  port: number,
  flags: string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), "ifrit-node-exporter-package-"));
  mkdirSync(join(folder, "files"));
  copyFileSync(binary, join(folder, "files", "prometheus-node-exporter"));
  const address = `127.0.0.1:${port}`;
  const manifest = {
    ...{ schema: 1, name: "node-exporter", version },
    platforms: [process.arch === "arm64" ? "linux-arm64" : "linux-x64"],
    start: { command: ["./prometheus-node-exporter", `--web.listen-address=${address}`, ...flags] },
    liveness: { kind: "http", url: `http://${address}/metrics`, intervalSeconds: 1 },
    settleSeconds: 2,
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
  return packageFolder(folder);
}

#!/usr/bin/env node
// First code that runs on a fresh machine: only built-in modules, no TypeScript.
// Installs the npm packages when they are missing or out of date, then runs scripts/<command>.ts.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, "package-lock.json");
/** npm writes it last, so it is there only when an installation was finished. */
const installedFile = join(root, "node_modules", ".package-lock.json");

function fail(message, remedy) {
  console.error(`✗ ${message}\n  ${remedy}`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 11))
    fail(`Node ${process.versions.node} is too old.`, "Install Node 20.11 or newer and try again.");
}

/** Whether every package of the lock file is installed in its version (optional ones may be for other systems). */
function packagesAreInstalled() {
  if (!existsSync(installedFile)) return false;
  const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const installed = read(installedFile);
  return Object.entries(read(lockFile)).every(
    ([path, wanted]) =>
      path === "" || wanted.optional || installed[path]?.version === wanted.version,
  );
}

function installPackages() {
  if (packagesAreInstalled()) return;
  const started = Date.now();
  console.log("… npm packages (npm ci, one to three minutes on a new machine)");
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    // The build and the tests need the development packages, whatever the caller's environment says.
    env: { ...process.env, NODE_ENV: "development" },
  });
  if (done.error)
    fail(`npm cannot be started (${done.error.message}).`, "Install npm and try again.");
  if (done.status !== 0)
    fail(
      "npm ci did not finish; its message stands above.",
      "Check that the npm registry can be reached (npm ping) and that the disk is not full, then run the same command again.",
    );
  console.log(`✓ npm packages (${Math.round((Date.now() - started) / 1000)} s)`);
}

function run(command, args) {
  const script = join(root, "scripts", `${command}.ts`);
  if (!/^[a-z-]+$/.test(command) || !existsSync(script))
    fail(`There is no command "${command}".`, "See the scripts in package.json.");
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  // The command puts its things in order before it ends; this process only waits for that.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}

checkNode();
const [command = "", ...args] = process.argv.slice(2);
installPackages();
run(command, args);

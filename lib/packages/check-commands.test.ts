import { describe, expect, test } from "vitest";
import { hookNames, PackageManifest } from "../contract/package-manifest.ts";
import { checkCommands } from "./check-commands.ts";

const manifest = {
  ...{ schema: 2, name: "log-agent", version: "1.0.0", platforms: ["linux-x64"] },
  start: { command: ["./bin/run"] },
  files: [
    { path: "bin/run", size: 1, sha256: "0".repeat(64), executable: true },
    { path: "etc/conf", size: 1, sha256: "0".repeat(64), executable: false },
  ],
};
const issuesOf = (change: object) =>
  checkCommands(PackageManifest.parse({ ...manifest, ...change })).map(
    ({ path, message }) => `${path}: ${message}`,
  );

describe("checkCommands()", () => {
  test("takes hooks that run files of the package or programs of the machine", () => {
    const hooks = {
      beforeStart: { command: ["./bin/run", "--check"] },
      afterStop: { command: ["logger", "stopped"] },
    };
    expect(issuesOf({ hooks })).toEqual([]);
  });

  test.each(hookNames)("looks at the command of %s", (name) => {
    const hook = (program: string) => ({ hooks: { [name]: { command: [program] } } });
    const place = `hooks.${name}.command.0`;
    expect(issuesOf(hook("./bin/other"))[0]).toBe(
      `${place}: ./bin/other is not among the package's files`,
    );
    expect(issuesOf(hook("/bin/sh"))[0]).toContain("is absolute");
    expect(issuesOf(hook("./etc/conf"))[0]).toContain("is not executable");
  });

  test("wants schema 2 for what an older ifrit-agent would ignore", () => {
    expect(issuesOf({ schema: 1, run: { user: "nobody" } })).toEqual([
      "schema: run needs schema: 2",
    ]);
    const hooks = { beforeStart: { command: ["true"] } };
    expect(issuesOf({ schema: 1, hooks })).toEqual(["schema: hooks needs schema: 2"]);
  });

  test("refuses both for ifrit-agent's own package", () => {
    const hooks = { beforeStart: { command: ["true"] } };
    expect(issuesOf({ name: "ifrit-agent", hooks })[0]).toContain("its guard starts it");
  });
});

import assert from "node:assert/strict";
import { type BuiltPackage, buildPackage } from "../testing/build-package.ts";
import { fromFileUrl } from "../testing/from-file-url.ts";

const repository = fromFileUrl("../..", import.meta.url);

/** What a release of ifrit-agent is built from, as another version; Deno stays where npm put it. */
export async function buildProgram(version: string): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "ifrit-program-" });
  const words = ["--import", "tsx", "scripts/agent-build.ts", "--loose", "--out", dir];
  const build = new Deno.Command("node", {
    args: [...words, "--version", version],
    ...{ cwd: repository, stdout: "null", stderr: "inherit" },
  });
  assert.ok((await build.output()).success);
  return dir;
}

/** The package of such a program; `spoil` is put at the beginning of its launcher. */
export async function packageOfProgram(
  dir: string,
  version: string,
  spoil = "",
): Promise<BuiltPackage> {
  const read = (name: string) => Deno.readTextFile(`${dir}/${name}`);
  const launcher = await read("ifrit-agent");
  return await buildPackage(
    { name: "ifrit-agent", version, start: { command: ["./ifrit-agent", "run"] } },
    {
      "ifrit-agent": launcher.replace("#!/bin/sh\n", `#!/bin/sh\n${spoil}`),
      "ifrit-guard": await read("ifrit-guard"),
      "ifrit-agent.js": await read("ifrit-agent.js"),
    },
  );
}

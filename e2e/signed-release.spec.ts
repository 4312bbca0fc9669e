import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { repoRoot } from "../scripts/repo-root.ts";
import { buildSamplePackage } from "./build-package.ts";
import { readManagedAgent } from "./managed-agent.ts";
import { OperatorApi } from "./operator-api.ts";
import { type Ifrit, startIfrit } from "./start-ifrit.ts";

/* A real ifrit-agent under a real root, made as docs/security.md says: with the keys tool. */

/** npm run keys -- … */
function keys(...words: string[]): void {
  const bootstrap = join(repoRoot, "scripts", "bootstrap.mjs");
  const done = spawnSync(process.execPath, [bootstrap, "keys", ...words], { encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`npm run keys -- ${words.join(" ")}\n${done.stdout}${done.stderr}`);
}

/** From the keys of the first look to those of people: two roots, each signed by old and new. */
function makeRealRoots(ifrit: Ifrit, folder: string): { release: string; serve: () => void } {
  const own = join(folder, "keys");
  const roots = join(folder, "roots");
  const trust = join(ifrit.dataDir, "trust");
  cpSync(join(trust, "roots"), roots, { recursive: true });
  for (const name of ["alice", "bob"]) keys("make", "--out", own, "--role", "root", "--name", name);
  keys("make", "--out", own, "--role", "release", "--name", "build");
  const development = join(trust, "development");
  for (const role of ["root", "release"])
    keys("public", join(development, `${role}.pem`), "--role", role, "--name", role);
  const [alice, bob] = ["alice", "bob"].map((name) => join(own, `root-${name}`));
  keys(
    ...["root", "rotate", "--dir", roots, "--role", "root", "--threshold", "2"],
    ...["--add", `${alice}.pub.json`, "--add", `${bob}.pub.json`],
    ...["--remove", join(development, "root.pub.json")],
  );
  for (const key of [join(development, "root.pem"), `${alice}.pem`, `${bob}.pem`])
    keys("root", "sign", "--dir", roots, "--key", key);
  keys(
    ...["root", "rotate", "--dir", roots, "--role", "release"],
    ...["--add", join(own, "release-build.pub.json")],
    ...["--remove", join(development, "release.pub.json")],
  );
  for (const key of [`${alice}.pem`, `${bob}.pem`])
    keys("root", "sign", "--dir", roots, "--key", key);
  return {
    release: join(own, "release-build.pem"),
    serve: () => {
      for (const name of ["2.root.json", "3.root.json"])
        copyFileSync(join(roots, name), join(trust, "roots", name));
    },
  };
}

test("a real machine follows the roots from a first look to real keys, and runs what those have signed", async () => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "ifrit-keys-"));
  const ifrit = await startIfrit({ IFRIT_POLL_SECONDS: "5" });
  try {
    const api = await OperatorApi.signIn(ifrit);
    const first = await api.trust();
    expect(first.root).toMatchObject({ version: 1, development: true });
    expect(first.clusters[0]).toMatchObject({ signing: "signs" });
    const believes = async (rootVersion: number) =>
      expect
        .poll(async () => (await api.thisMachine()).trust, { timeout: 30_000 })
        .toMatchObject({ rootVersion, problem: null });
    await believes(1);
    const before = readManagedAgent(ifrit.agentRoot, "hello-agent");
    expect(before?.version).toBe("1.0.0");

    const { release, serve } = makeRealRoots(ifrit, folder);
    serve();
    await expect.poll(async () => (await api.trust()).root?.version, { timeout: 30_000 }).toBe(3);
    expect((await api.trust()).root?.development).toBe(false);

    const archive = buildSamplePackage({ version: "3.0.0" });
    const [uploaded] = (await api.upload(archive)).packages;
    expect(uploaded!.signature).toBeNull();
    await expect(api.release("hello-agent", "3.0.0")).rejects.toThrow(/notSigned/);

    keys(
      "sign",
      archive,
      "--key",
      release,
      "--root",
      join(ifrit.dataDir, "trust", "roots"),
      ...["--rollback-to", "any"],
    );
    const envelope = readFileSync(`${archive}.sig.json`, "utf8");
    const stored = await api.sign(uploaded!.id, envelope);
    expect(stored.package.signature).toMatchObject({ state: "good", threshold: 1 });
    const { id } = await api.release("hello-agent", "3.0.0");
    const seconds = await api.untilCompleted(id);
    console.log(`    signed by the new key, it ran after ${seconds.toFixed(1)} s`);
    expect(readManagedAgent(ifrit.agentRoot, "hello-agent")?.version).toBe("3.0.0");
    await believes(3);
  } finally {
    await ifrit.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

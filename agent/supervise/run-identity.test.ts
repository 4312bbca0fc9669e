import assert from "node:assert/strict";
import { AgentProcess } from "../testing/agent-process.ts";
import { buildPackage } from "../testing/build-package.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { loop, stateOf } from "../testing/sample-agent.ts";
import { becomeWords, identityOf, lookUp } from "./run-identity.ts";

const asRoot = Deno.uid() === 0;
// Every Debian has this user, and nothing runs as it.
const user = "games";

Deno.test("identityOf() refuses a user that the machine does not know", async () => {
  await assert.rejects(identityOf({ user: "no-such-user", umask: "022" }), {
    reason: "user_unavailable",
    message: /no user no-such-user/,
  });
  if (asRoot)
    await assert.rejects(identityOf({ user, group: "no-such-group", umask: "022" }), {
      message: /no group no-such-group/,
    });
  assert.equal(await identityOf(undefined), null);
  assert.deepEqual(becomeWords(null), []);
});

Deno.test({
  name: "an ifrit-agent that is not root refuses to become another user, and may stay its own",
  ignore: !asRoot,
  fn: async () => {
    const asNobody = (name: string) =>
      new Deno.Command("setpriv", {
        args: ["--reuid=nobody", "--clear-groups", "sh", "-c", lookUp, "sh", name, ""],
      }).output();
    const refused = await asNobody(user);
    assert.equal(refused.code, 1);
    assert.match(new TextDecoder().decode(refused.stdout), /runs as nobody, not as root/);
    const own = await asNobody("nobody");
    const [me, uid] = new TextDecoder().decode(own.stdout).split(" ");
    assert.deepEqual([own.code, me], [0, uid]);
  },
});

const package_ = (version: string, manifest: Record<string, unknown>, script = loop) =>
  buildPackage(
    {
      ...{ schema: 2, name: "sample", version, start: { command: ["./bin/sample"] } },
      ...manifest,
    },
    {
      "bin/sample": `#!/bin/sh\n{ id -un; id -gn; id -Gn; umask; ulimit -n; echo "$USER $HOME"; } >seen\n${script}\n`,
      "bin/who": '#!/bin/sh\nid -un >"who-$1"\n',
    },
  );

Deno.test({
  name: "an agent, its liveness command and its hooks run as the package's user, with its groups, mask and limits",
  ignore: !asRoot,
  fn: async () => {
    await using master = new FakeMaster();
    await using agent = await AgentProcess.enrolled(master);
    // Folders that mktemp makes are closed to others; those of an installation are not.
    await Deno.chmod(agent.root, 0o755);
    const manifest = {
      run: { user, group: "daemon", umask: "027", openFilesMax: 333 },
      liveness: { kind: "command", command: ["./bin/who", "liveness"], intervalSeconds: 1 },
      hooks: {
        afterInstall: { command: ["./bin/who", "hook"] },
        beforeStart: {
          command: ["sh", "-c", "id -un >$IFRIT_AGENT_DATA_DIR/who-root"],
          runAs: "ifrit-agent",
        },
      },
    };
    master.release(1, await package_("1.0.0", manifest));
    agent.start();
    const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
    const { data, logs } = agent.layout.agent("sample");
    const read = async (file: string) => (await Deno.readTextFile(`${data}/${file}`)).trim();
    const seen = (await read("seen")).split("\n");
    assert.deepEqual([seen[0], seen[1], seen[3], seen[4]], [user, "daemon", "0027", "333"]);
    assert.equal(seen[5], `${user} ${data}`);
    assert.equal(await read("who-hook"), user);
    assert.equal(await read("who-liveness"), user);
    assert.equal(await read("who-root"), "root");
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    assert.doesNotMatch(status, /^Uid:.*\b0\b/m);
    assert.match(status, /^CapEff:\s+0+$/m);
    // The data is its own, the folder of the log is not: ifrit-agent opens files there as root.
    assert.notEqual((await Deno.stat(data)).uid, 0);
    assert.equal((await Deno.stat(logs)).uid, 0);

    // A later version without a user takes the data back.
    master.release(2, await package_("2.0.0", {}));
    await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
    assert.equal((await read("seen")).split("\n")[0], "root");
    assert.equal((await Deno.stat(data)).uid, 0);
  },
});

Deno.test({
  name: "a version whose user is missing, or cannot get at it, is refused before anything that runs is touched",
  ignore: !asRoot,
  fn: async () => {
    await using master = new FakeMaster();
    await using agent = await AgentProcess.enrolled(master);
    master.release(1, await package_("1.0.0", {}));
    agent.start();
    const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
    master.release(2, await package_("2.0.0", { run: { user: "no-such-user" } }));
    const failed = await eventually("it is refused", stateOf(master, "failed", "1.0.0"));
    assert.deepEqual([failed.failure?.reason, failed.pid], ["user_unavailable", pid]);
    assert.match(failed.failure?.message ?? "", /no user no-such-user/);
    await Deno.chmod(agent.root, 0o700);
    master.release(3, await package_("3.0.0", { run: { user } }));
    const closed = await eventually("it is refused, too", () => {
      const state = master.states.get("sample");
      return state?.failure?.version === "3.0.0" ? state : null;
    });
    assert.match(closed.failure?.message ?? "", /cannot get at the agent's folders/);
    assert.equal(closed.pid, pid);
  },
});

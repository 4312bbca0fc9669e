import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { killServers } from "../../lib/testing/launch-server.ts";
import { builtArchives } from "./testing/built-archives.ts";
import { eventually, type InstallMaster, startInstallMaster } from "./testing/install-master.ts";
import {
  barePath,
  endBackgrounds,
  runProgram,
  startProgram,
  succeeds,
} from "./testing/run-program.ts";

/* ifrit-agent as a service of a machine, and in a container. */

const namespaces = ["-mpf", "--mount-proc", "--propagation", "private"];
const mayUnshare = succeeds("unshare", [...namespaces, "mount", "-t", "tmpfs", "none", "/opt"]);
if (!mayUnshare)
  console.log("skipped: no private mount and process namespaces for this user (unshare -mpf)");

let master: InstallMaster;
beforeAll(async () => {
  master = await startInstallMaster();
});
afterAll(killServers);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifrit-service-"));
});
afterEach(() => {
  endBackgrounds();
  rmSync(folder, { recursive: true, force: true });
});

const machineId = () => folder.slice(folder.lastIndexOf("/") + 1);
const installer = join(builtArchives().folder, "agent.sh");

/** Stands for systemd, which runs as process 1 only: notes what it is told, and runs the unit's own ExecStart. */
const systemctl = `#!/bin/sh
echo "systemctl $*"  >>"$FOLDER/told"
unit=/etc/systemd/system/ifrit-agent.service
case "$1" in
  restart) eval "$(sed -n 's/^ExecStart=//p' $unit) </dev/null >/dev/null 2>&1 &" ;;
  stop) pkill -TERM -f ifrit-guard || : ;;
esac
`;

/** All that it writes outside of FOLDER is in file systems that end with it. */
const onAMachine = `set -eu
for place in /opt /var/lib /usr/local/bin /etc/systemd/system /run; do mount -t tmpfs none $place; done
mkdir -p /run/systemd/system
sh "$INSTALLER" --master "$MASTER" --machine-id "$ID"
cp /etc/systemd/system/ifrit-agent.service "$FOLDER/"
ls -l /usr/local/bin/ifrit-agent
sh "$INSTALLER" --master "$MASTER"
sh "$INSTALLER" uninstall --purge --stop-agents
ls -A /opt /var/lib /usr/local/bin /etc/systemd/system >"$FOLDER/left"
`;

test.skipIf(!mayUnshare)(
  "agent.sh makes a service that checks in, twice the same, and takes all of it away",
  async () => {
    writeFileSync(join(folder, "systemctl"), systemctl, { mode: 0o755 });
    const done = await runProgram("unshare", [...namespaces, "/bin/sh", "-c", onAMachine], {
      env: {
        ...{ PATH: `${folder}:${barePath}`, FOLDER: folder, INSTALLER: installer },
        ...{ MASTER: master.url, ID: machineId(), IFRIT_ENROLLMENT_TOKEN: master.token },
      },
    });
    expect(done.stderr).toBe("");
    expect(done.stdout.match(/has checked in with its master/g)).toHaveLength(2);
    expect(done.stdout).toContain(
      "/usr/local/bin/ifrit-agent -> /opt/ifrit-agent/current/ifrit-agent",
    );
    expect(done.stdout).toMatch(
      /The service is removed\.\n\/opt\/ifrit-agent is removed\.\n\/var\/lib\/ifrit is removed/,
    );
    expect(readFileSync(join(folder, "left"), "utf8").replace(/^\/.*:$|\n/gm, "")).toBe("");
    expect(readFileSync(join(folder, "told"), "utf8").split("\n")).toEqual([
      ...["systemctl stop ifrit-agent.service", "systemctl daemon-reload"],
      ...["systemctl enable ifrit-agent.service", "systemctl restart ifrit-agent.service"],
      ...["systemctl daemon-reload", "systemctl enable ifrit-agent.service"],
      ...["systemctl restart ifrit-agent.service", "systemctl stop ifrit-agent.service"],
      ...["systemctl disable ifrit-agent.service", "systemctl daemon-reload", ""],
    ]);
    expect(await master.machine(machineId())).not.toBeNull();
  },
);

test("in a container the entrypoint starts ifrit-agent and becomes the command, which does not get the token", async () => {
  const root = join(folder, "root");
  const words = [installer, "--master", master.url, "--prefix", join(folder, "program")];
  const image = await runProgram(
    "/bin/sh",
    [...words, "--root", root, "--bin", "none", "--no-enroll"],
    {
      env: { PATH: barePath },
    },
  );
  expect(image.code).toBe(0);
  // Nothing of a machine may be in an image.
  expect(existsSync(root)).toBe(false);
  const entrypoint = join(folder, "program/current/ifrit-entrypoint");
  const env = {
    ...{
      PATH: barePath,
      IFRIT_ROOT: root,
      IFRIT_MASTER: master.url,
      IFRIT_LABELS: "app=shop tier=web",
    },
    ...{ IFRIT_MACHINE_ID: machineId(), IFRIT_ENROLLMENT_TOKEN: master.token },
  };
  const told = join(folder, "environment");
  startProgram(entrypoint, ["/bin/sh", "-c", `env >${told}; exec sleep 100`], env);
  const machine = await eventually("a report", async () => {
    const row = await master.machine(machineId());
    return row && row.reportSequence > 0 ? row : null;
  });
  expect(machine.facts?.labels).toMatchObject({ app: "shop", tier: "web" });
  expect(readFileSync(told, "utf8")).not.toContain(master.token);
});

test("a container's command runs although ifrit-agent was refused, unless it is required", async () => {
  const words = [installer, "--master", master.url, "--prefix", join(folder, "program")];
  await runProgram("/bin/sh", [...words, "--bin", "none", "--no-enroll"], {
    env: { PATH: barePath },
  });
  const entrypoint = join(folder, "program/current/ifrit-entrypoint");
  const env = {
    ...{ PATH: barePath, IFRIT_ROOT: join(folder, "root"), IFRIT_MASTER: master.url },
    ...{ IFRIT_MACHINE_ID: machineId(), IFRIT_ENROLLMENT_TOKEN: "ife1_no-token-of-this-master" },
  };
  const command = ["/bin/echo", "the shop is open"];
  const done = await runProgram(entrypoint, command, { env });
  expect(done).toMatchObject({ code: 0, stdout: "the shop is open\n" });
  expect(done.stderr).toContain("ifrit-agent:");
  const required = await runProgram(entrypoint, command, { env: { ...env, IFRIT_REQUIRED: "1" } });
  expect(required).toMatchObject({ code: 5, stdout: "" });
  const unset = { PATH: barePath, IFRIT_ROOT: join(folder, "other") };
  expect((await runProgram(entrypoint, [], { env: unset })).code).toBe(4);
});

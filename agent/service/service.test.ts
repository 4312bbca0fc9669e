import assert from "node:assert/strict";
import { renderLaunchdPlist } from "./render-launchd-plist.ts";
import { renderLauncher } from "./render-launcher.ts";
import { renderSystemdUnit } from "./render-systemd-unit.ts";
import { renderWindowsTask } from "./render-windows-task.ts";
import { servicePlan } from "./service-plan.ts";

const options = { program: "/opt/ifrit/ifrit-agent", root: "/var/lib/ifrit" };
const odd = { program: "/opt/a b %n/ifrit-agent", root: '/var/lib/<ifrit> & "$co" %n' };

const analyze = "/usr/bin/systemd-analyze";
const isAnalyzeThere = await Deno.stat(analyze).then(
  () => true,
  () => false,
);
if (!isAnalyzeThere)
  console.log(`the unit is not verified by systemd: ${analyze} is not installed`);

Deno.test("renderSystemdUnit() restarts always, kills no managed agent and does not wait for a network", () => {
  const unit = renderSystemdUnit(options);
  for (const line of [
    'ExecStart="/opt/ifrit/ifrit-agent" guard --root "/var/lib/ifrit"',
    "Restart=always",
    "KillMode=process",
    "StartLimitIntervalSec=0",
    "WantedBy=multi-user.target",
  ]) {
    assert.ok(unit.split("\n").includes(line), line);
  }
  assert.doesNotMatch(unit, /network-online/);
});

Deno.test("renderSystemdUnit() passes systemd-analyze verify", {
  ignore: !isAnalyzeThere,
}, async () => {
  const dir = await Deno.makeTempDir({ prefix: "ifrit-test-" });
  const program = `${dir}/a b %n`;
  await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
  await Deno.writeTextFile(
    `${dir}/ifrit-agent.service`,
    renderSystemdUnit({ program, root: `${dir}/a "b" $HOME %n` }),
  );
  const { code, stderr } = await new Deno.Command(analyze, {
    args: ["verify", "--man=no", `${dir}/ifrit-agent.service`],
  }).output();
  const text = new TextDecoder().decode(stderr);
  await Deno.remove(dir, { recursive: true });
  assert.equal(code, 0, text);
  assert.doesNotMatch(text, /ifrit-agent\.service/);
});

Deno.test("the renderers escape what they are given, and refuse line breaks", () => {
  const unit = renderSystemdUnit(odd);
  const start =
    'ExecStart="/opt/a b %%n/ifrit-agent" guard --root "/var/lib/<ifrit> & \\"$$co\\" %%n"';
  assert.ok(unit.includes(start), unit);
  assert.throws(() => renderSystemdUnit({ ...odd, program: "/opt/$HOME/x" }), RangeError);
  assert.ok(
    renderLaunchdPlist(odd).includes(
      "<string>/var/lib/&lt;ifrit&gt; &amp; &quot;$co&quot; %n</string>",
    ),
  );
  const broken = { ...options, root: "/var/lib/ifrit\nExecStartPre=/bin/evil" };
  for (const render of [renderSystemdUnit, renderLaunchdPlist, renderWindowsTask]) {
    assert.throws(() => render(broken), RangeError);
  }
  assert.throws(() => renderWindowsTask({ ...options, root: 'C:\\a" /b "' }), RangeError);
});

Deno.test("renderWindowsTask() starts at boot as SYSTEM and again when it ends", () => {
  const task = renderWindowsTask({
    program: "C:\\Program Files\\ifrit\\ifrit-agent.cmd",
    root: "C:\\ifrit data\\",
  });
  assert.match(task, /<BootTrigger>/);
  assert.match(task, /<UserId>S-1-5-18<\/UserId>/);
  assert.match(task, /<Command>C:\\Program Files\\ifrit\\ifrit-agent.cmd<\/Command>/);
  assert.match(task, /guard --root "C:\\ifrit data"/);
});

Deno.test("servicePlan() knows where each system keeps its services", () => {
  assert.equal(servicePlan("linux", options).file, "/etc/systemd/system/ifrit-agent.service");
  assert.equal(servicePlan("darwin", options).file, "/Library/LaunchDaemons/io.ifrit.agent.plist");
  assert.deepEqual(servicePlan("windows", options).uninstall[0]?.slice(0, 2), [
    "schtasks.exe",
    "/delete",
  ]);
});

Deno.test("renderLauncher() is a script that every shell can read", async () => {
  const text = renderLauncher({ denoPath: "/opt/it's here/deno" });
  const shell = new Deno.Command("/bin/sh", {
    args: ["-n"],
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = shell.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stderr } = await shell.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.ok(text.includes("'/opt/it'\\''s here/deno'"));
  assert.doesNotMatch(text, /IFRIT_ROOT|ifrit-master|IFRIT_TOKEN_FILE/);
});

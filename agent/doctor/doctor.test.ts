import assert from "node:assert/strict";
import { AgentProcess } from "../testing/agent-process.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import type { Finding } from "./finding.ts";
import { judgeClock, judgeMaster, judgeSpace } from "./judge.ts";

Deno.test("judgeClock() speaks of a clock ten years off, either way", () => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  assert.equal(judgeClock("Mon, 01 Jun 2026 00:00:30 GMT", now).verdict, "ok");
  assert.match(judgeClock("Mon, 01 Jun 2016 00:00:00 GMT", now).message, /^315532800 s ahead of/);
  assert.match(judgeClock("Sun, 01 Jun 2036 00:00:00 GMT", now).message, /behind/);
  assert.equal(judgeClock(null, now).verdict, "warning");
});

Deno.test("judgeMaster() has another remedy for a name, a certificate, a closed door and a broken master", () => {
  const remedies = [
    { error: "dns error: failed to lookup address information" },
    { error: "invalid peer certificate: UnknownIssuer" },
    { error: "tcp connect error: Connection refused" },
    { status: 502 },
  ].map((outcome) => judgeMaster("https://m", outcome));
  assert.equal(new Set(remedies.map((one) => one.remedy)).size, 4);
  assert.ok(remedies.every((one) => one.verdict === "failed"));
  assert.equal(judgeMaster("https://m", { status: 401 }).verdict, "ok");
});

Deno.test("judgeSpace() warns before upgrades are refused", () => {
  assert.equal(judgeSpace(1024 ** 3, "/x").verdict, "ok");
  assert.match(judgeSpace(5 * 1024 ** 2, "/x").message, /only 5 MiB free/);
});

Deno.test("doctor finds a healthy machine healthy, and says what has failed on another", async () => {
  const master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  await eventually("it reports", () => master.reports.length > 0);
  const doctor = async () => {
    const { code, stdout, stderr } = await agent.cli(["doctor", "--root", agent.root, "--json"]);
    const findings: Finding[] = JSON.parse(stdout || "[]");
    assert.equal(stderr, "");
    return {
      code,
      verdict: (check: string) => findings.find((one) => one.check === check)?.verdict,
    };
  };
  const healthy = await doctor();
  assert.equal(healthy.code, 0);
  for (const check of [
    "ifrit-agent",
    "root folder",
    "processes",
    "configuration",
    "secrets",
    "enrollment",
    "master",
  ]) {
    assert.equal(healthy.verdict(check), "ok", check);
  }
  await agent.kill();
  await master[Symbol.asyncDispose]();
  await Deno.chmod(agent.layout.key, 0o644);
  const ill = await doctor();
  assert.equal(ill.code, 1);
  assert.equal(ill.verdict("ifrit-agent"), "warning");
  assert.equal(ill.verdict("master"), "failed");
  assert.equal(ill.verdict("secrets"), "failed");
});

import assert from "node:assert/strict";
import { payloadTypes } from "@contract/dsse.ts";
import { agentPaths } from "@contract/headers.ts";
import type { TrustRefusal } from "@contract/verify-refusal.ts";
import type { BuiltPackage } from "../testing/build-package.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { sampleOf } from "../testing/sample-agent.ts";
import { makeKeys, signEnvelope } from "../testing/signing-keys.ts";
import { TrustedMachine } from "../testing/trusted-machine.ts";

/*
 * What a hostile master, network or package store can send to a machine that checks signatures. Each
 * has a refusal of its own, nothing changes by it, and what runs goes on.
 */

type Signing = Awaited<ReturnType<typeof FakeMaster.signing>>;
type Attack = (around: {
  master: Signing;
  machine: TrustedMachine;
  one: BuiltPackage;
  two: BuiltPackage;
}) => Promise<void> | void;

const [one, two, other] = await Promise.all([
  sampleOf("1.0.0"),
  sampleOf("2.0.0"),
  sampleOf("2.0.0", undefined, { name: "other" }),
]);

/** 1.0.0 runs, signed and all; 2.0.0 is wanted. */
async function attacked(attack: Attack): Promise<{
  master: Signing;
  machine: TrustedMachine;
  failures: Awaited<ReturnType<TrustedMachine["turn"]>>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const master = await FakeMaster.signing();
  const machine = await TrustedMachine.create(master);
  await master.director.sign(one, { sequence: 10, rollbackTo: 10 });
  await master.director.sign(two, { sequence: 20, rollbackTo: 10 });
  master.release(1, one);
  assert.deepEqual(await machine.turn(), []);
  assert.equal(await machine.running(), "1.0.0");
  await attack({ master, machine, one, two });
  const failures = await machine.turn();
  return {
    ...{ master, machine, failures },
    [Symbol.asyncDispose]: async () => {
      await machine[Symbol.asyncDispose]();
      await master[Symbol.asyncDispose]();
    },
  };
}

const packageAttacks: [string, TrustRefusal, Attack][] = [
  [
    "fault 23: a bit flipped in the release envelope's signature",
    "signature_invalid",
    async ({ master }) => {
      const text = await master.director.sign(two, { sequence: 20 });
      const envelope = JSON.parse(text);
      for (const signature of envelope.signatures) signature.sig = flipped(signature.sig);
      master.director.setSignature(two.ref.sha256, JSON.stringify(envelope));
    },
  ],
  [
    "fault 23: a bit flipped in the release envelope's payload",
    "signature_invalid",
    async ({ master }) => {
      const envelope = JSON.parse(await master.director.sign(two, { sequence: 20 }));
      envelope.payload = flipped(envelope.payload);
      master.director.setSignature(two.ref.sha256, JSON.stringify(envelope));
    },
  ],
  [
    "fault 24: the signature of another package",
    "wrong_package",
    async ({ master }) => {
      const text = await master.director.sign(other, { sequence: 20 });
      master.director.setSignature(two.ref.sha256, text);
    },
  ],
  [
    "fault 24: the signature of another version",
    "wrong_package",
    ({ master }) =>
      master.director.setSignature(two.ref.sha256, master.director.signature(one.ref.sha256)),
  ],
  [
    "fault 24: a package for another architecture",
    "wrong_platform",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 20, platforms: ["windows-arm64"] });
    },
  ],
  [
    "fault 24: an older release than this machine may go back to",
    "rollback",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 9 });
    },
  ],
  [
    "fault 24: a signature over other bytes",
    "digest_mismatch",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 20, size: two.ref.size + 1 });
    },
  ],
  [
    "fault 28: fewer release keys than the threshold",
    "threshold_not_met",
    async ({ master }) => {
      const { release } = master.director.keys;
      await master.director.sign(two, { sequence: 20 }, release.slice(0, 1));
    },
  ],
  [
    "fault 28: one release key that signed twice",
    "threshold_not_met",
    async ({ master }) => {
      const [key] = master.director.keys.release;
      await master.director.sign(two, { sequence: 20 }, [key!, key!]);
    },
  ],
  [
    "keys that nobody trusts",
    "unknown_key",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 20 }, await makeKeys(2));
    },
  ],
  [
    "the director's key on a release",
    "unknown_key",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 20 }, master.director.keys.director);
    },
  ],
  [
    "no signature at all",
    "unknown_key",
    ({ master }) => master.director.setSignature(two.ref.sha256, null),
  ],
  [
    "fault 29: an expired release",
    "expired",
    async ({ master }) => {
      await master.director.sign(two, { sequence: 20, expiresAtMs: Date.now() - 1 });
    },
  ],
  [
    "another kind of statement in its place",
    "wrong_type",
    async ({ master }) => {
      const { director } = master;
      director.setSignature(
        two.ref.sha256,
        await signEnvelope(payloadTypes.document, {}, director.keys.release),
      );
    },
  ],
  [
    "something else than an envelope",
    "malformed",
    ({ master }) => master.director.setSignature(two.ref.sha256, '{"payload":1}'),
  ],
  [
    "fault 27: an endless signature",
    "too_large",
    ({ master }) => {
      master.intercept = (_request, path) =>
        path.endsWith("/signature") ? new Response(endless()) : null;
    },
  ],
];

for (const [title, refusal, attack] of packageAttacks) {
  Deno.test(`${title} is refused as ${refusal}, before the package is downloaded`, async () => {
    await using around = await attacked((given) => {
      given.master.release(2, two);
      return attack(given);
    });
    const { machine, failures } = around;
    assert.deepEqual(
      failures.map(({ reason, version }) => [reason, version]),
      [["signature_invalid", "2.0.0"]],
    );
    assert.match(failures[0]!.message, new RegExp(`^${refusal}: `));
    assert.equal(machine.requests(`${agentPaths.packages}${two.ref.sha256}`), 1);
    assert.deepEqual(await machine.installed(), ["1.0.0"]);
    assert.equal(await machine.running(), "1.0.0");
    assert.equal(machine.trust.problem(), null);
  });
}

Deno.test("fault 23: a package with a flipped bit is never installed", async () => {
  await using around = await attacked(({ master }) => {
    master.release(2, two);
    const bytes = new Uint8Array(two.bytes);
    bytes[bytes.length >> 1]! ^= 1;
    master.intercept = (_request, path) =>
      path === `${agentPaths.packages}${two.ref.sha256}` ? new Response(bytes) : null;
  });
  assert.deepEqual(
    around.failures.map((one) => one.reason),
    ["digest_mismatch"],
  );
  assert.deepEqual(await around.machine.installed(), ["1.0.0"]);
});

Deno.test("a manifest that release keys did not sign is not unpacked", async () => {
  await using around = await attacked(async ({ master }) => {
    master.release(2, two);
    await master.director.sign(two, { sequence: 20, manifestSha256: "0".repeat(64) });
  });
  const [failure] = around.failures;
  assert.match(failure?.message ?? "", /^digest_mismatch: manifest\.json/);
  assert.equal(failure?.reason, "signature_invalid");
  assert.deepEqual(await around.machine.installed(), ["1.0.0"]);
});

const answerAttacks: [string, TrustRefusal, string, Attack][] = [
  [
    "an answer without a freshness statement",
    "unknown_key",
    "freshness",
    ({ master }) => {
      master.forge.freshness = () => null;
    },
  ],
  [
    "fault 25: an old answer played back",
    "rollback",
    "freshness",
    async ({ master, machine }) => {
      const old = await master.director.freshnessFor(master.body);
      master.release(2, one);
      await machine.turn();
      master.forge.freshness = () => old;
    },
  ],
  [
    "a flipped bit in the freshness statement",
    "signature_invalid",
    "freshness",
    ({ master }) => {
      master.forge.freshness = (text) => {
        const envelope = JSON.parse(text);
        return JSON.stringify({ ...envelope, payload: flipped(envelope.payload) });
      };
    },
  ],
  [
    "news of another cluster",
    "wrong_cluster",
    "freshness",
    async ({ master }) => {
      master.director.clusterId = "other-cluster";
      await master.director.renew();
    },
  ],
  [
    "a master with another director key",
    "unknown_key",
    "freshness",
    async ({ master }) => {
      const { director } = master;
      director.keys = { ...director.keys, director: await makeKeys(1) };
      await director.renew();
    },
  ],
  [
    "fault 25: a freshness statement in the place of the document's",
    "wrong_type",
    "document",
    ({ master }) =>
      statementIs(master, async () => await master.director.freshnessFor(master.body)),
  ],
  [
    "fault 24: another machine's document",
    "wrong_machine",
    "document",
    ({ master }) =>
      statementIs(master, () =>
        master.director.statement(master.body, "LINUX", {
          audience: { kind: "machine", machineType: "LINUX", machineId: "machine-2" },
        }),
      ),
  ],
  [
    "another machine type's document",
    "wrong_machine",
    "document",
    ({ master }) => statementIs(master, () => master.director.statement(master.body, "WINDOWS")),
  ],
  [
    "the document of slots that this machine has no part in",
    "wrong_machine",
    "document",
    ({ master }) => {
      master.director.slots = [8, 9];
    },
  ],
  [
    "another cluster's document",
    "wrong_cluster",
    "document",
    ({ master }) =>
      statementIs(master, () =>
        master.director.statement(master.body, "LINUX", { clusterId: "other-cluster" }),
      ),
  ],
  [
    "mix-and-match: an older document beside newer news",
    "mix_and_match",
    "document",
    ({ master }) =>
      statementIs(master, () =>
        master.director.statement(master.body, "LINUX", {
          sequence: master.director.documentSequence + 1,
        }),
      ),
  ],
  [
    "fault 25: the statement of a document of before",
    "rollback",
    "document",
    ({ master }) => {
      const sequence = master.director.documentSequence - 1;
      statementIs(master, () => master.director.statement(master.body, "LINUX", { sequence }));
    },
  ],
  [
    "a statement for other bytes",
    "digest_mismatch",
    "document",
    ({ master }) =>
      statementIs(master, () =>
        master.director.statement(master.body, "LINUX", { sha256: "0".repeat(64) }),
      ),
  ],
  [
    "no statement",
    "unknown_key",
    "document",
    ({ master }) => {
      master.intercept = (_request, path) =>
        path === agentPaths.statement ? new Response(null, { status: 404 }) : null;
    },
  ],
  [
    "fault 27: an endless statement",
    "too_large",
    "document",
    ({ master }) => {
      master.intercept = (_request, path) =>
        path === agentPaths.statement ? new Response(endless()) : null;
    },
  ],
];

for (const [title, refusal, what, attack] of answerAttacks) {
  Deno.test(`${title} is refused as ${refusal}, and blocks the machine until the master is right again`, async () => {
    await using around = await attacked(async (given) => {
      await attack(given);
      given.master.release(2, two);
    });
    const { master, machine, failures } = around;
    assert.deepEqual(failures, []);
    const problem = machine.trust.problem();
    assert.deepEqual([problem?.refusal, problem?.what], [refusal, what]);
    assert.equal(machine.poller.grant.allowed, false);
    assert.deepEqual(await machine.installed(), ["1.0.0"]);
    assert.equal(await machine.running(), "1.0.0");
    assert.equal(machine.requests(`${agentPaths.packages}${two.ref.sha256}`), 0);
    if (title === "a master with another director key") return;
    master.forge = {};
    master.intercept = () => null;
    master.director.slots = null;
    master.director.clusterId = master.clusterId;
    await master.director.renew();
    assert.deepEqual(await machine.turn(), []);
    assert.equal(await machine.running(), "2.0.0");
    assert.equal(machine.trust.problem(), null);
  });
}

/** The statement's answer with another statement in it. */
function statementIs(master: Signing, make: () => Promise<string>): void {
  master.intercept = async (request, path) => {
    if (path !== agentPaths.statement) return null;
    master.intercept = () => null;
    const genuine = await master.answer(request);
    statementIs(master, make);
    return new Response(await make(), { headers: genuine.headers });
  };
}

/** One bit in the middle of what base64 text stands for. */
function flipped(base64: string): string {
  const bytes = Uint8Array.fromBase64(base64);
  bytes[bytes.length >> 1]! ^= 1;
  return bytes.toBase64();
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536).fill(32)) });
}

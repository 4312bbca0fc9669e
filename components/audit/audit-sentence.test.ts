import { describe, expect, it } from "vitest";
import type { AuditEntryView } from "@/lib/contract/console-views.ts";
import en from "@/messages/en.json" with { type: "json" };
import {
  auditSentenceKey,
  auditSentenceValues,
  auditSubjectHref,
  sentenceActions,
} from "./audit-sentence.ts";

function entry(overrides: Partial<AuditEntryView>): AuditEntryView {
  return {
    id: 1,
    atMs: 0,
    actorKind: "user",
    actor: "li",
    action: "package.uploaded",
    subjectKind: "package",
    subjectId: "log-agent@1.2.0",
    clusterId: null,
    requestId: "r",
    source: "console",
    before: null,
    after: null,
    ...overrides,
  };
}

describe("audit sentences", () => {
  it("exist for every action that is ever written", () => {
    for (const action of sentenceActions) {
      expect(en.audit.sentence).toHaveProperty(auditSentenceKey(action)!);
      expect(en.audit.action).toHaveProperty(auditSentenceKey(action)!);
    }
  });

  it("have a general one for actions of a newer server", () => {
    expect(auditSentenceKey("moon.landed")).toBeNull();
  });
});

describe("auditSentenceValues()", () => {
  it("takes plain values and leaves lists and objects to the diff", () => {
    const values = auditSentenceValues(
      entry({ after: { version: "1.2.0", sizeBytes: 5, platforms: ["linux-x64"] } }),
    );
    expect(values.after_version).toBe("1.2.0");
    expect(values.after_sizeBytes).toBe(5);
    expect(values).not.toHaveProperty("after_platforms");
  });

  it("fills what a row lacks with nothing, so that its sentence still reads", () => {
    expect(auditSentenceValues(entry({ after: null })).after_version).toBe("");
  });
});

describe("auditSubjectHref()", () => {
  it("leads from a package to its agent", () => {
    expect(auditSubjectHref(entry({}))).toBe("/agents/log-agent");
  });

  it("leads nowhere for what has no page", () => {
    expect(auditSubjectHref(entry({ subjectKind: "user", subjectId: "li" }))).toBeNull();
  });
});

import { createTranslator } from "next-intl";
import { describe, expect, it } from "vitest";
import type { ReleaseEvent } from "@/lib/contract/console-views.ts";
import { releaseEventKinds } from "@/lib/contract/release-vocabulary.ts";
import en from "@/messages/en.json" with { type: "json" };
import zh from "@/messages/zh.json" with { type: "json" };
import { type EventStage, eventSentenceKey, eventSentenceValues } from "./event-sentence.ts";

const words = {
  clusterName: (id: string) => `[${id}]`,
  stageName: ({ kind, number }: EventStage) => `${kind ?? "?"}${number}`,
  duration: (seconds: number) => `${seconds / 60} min`,
  number: (value: number) => String(value),
  reason: (_kind: string, reason: string) => reason,
};

function event(kind: string, detail: ReleaseEvent["detail"] = {}): ReleaseEvent {
  return { id: 1, atMs: 0, kind, actor: "li", detail };
}

function sentence(of: ReleaseEvent, messages: typeof en, locale: "en" | "zh-CN"): string {
  const t = createTranslator({
    locale,
    messages,
    namespace: "event",
    onError: (error) => {
      throw error;
    },
  });
  return t(eventSentenceKey(of), eventSentenceValues(of, words));
}

describe("release event sentences", () => {
  it("exist for every kind in both languages, also with no values at all", () => {
    for (const kind of releaseEventKinds) {
      expect(sentence(event(kind), en, "en")).not.toBe("");
      expect(sentence(event(kind), zh as typeof en, "zh-CN")).not.toBe("");
    }
  });

  it("say why a stage opened", () => {
    const opened = event("stageOpened", {
      clusterId: "bj",
      stage: 3,
      kind: "batch",
      upToPercent: 10,
      healthy: 412,
      reachable: 412,
      watchedSeconds: 600,
    });
    expect(sentence(opened, en, "en")).toBe(
      "Opened “batch3” in [bj]: 412 of 412 healthy for 10 min.",
    );
  });

  it("tell a first stage from one that a person did not wait for", () => {
    expect(eventSentenceKey(event("stageOpened", { stage: 1 }))).toBe("stageOpened");
    expect(eventSentenceKey(event("stageOpened", { stage: 4, skipped: 2, healthy: 1 }))).toBe(
      "stageOpenedSkipping",
    );
  });

  it("do not boast of having watched for no time", () => {
    const passed = { stage: 1, healthy: 3, reachable: 3, watchedSeconds: 0 };
    expect(eventSentenceKey(event("stagePassed", passed))).toBe("stagePassedAtOnce");
    expect(eventSentenceKey(event("stageOpened", passed))).toBe("stageOpenedAtOnce");
  });

  it("tell a removal from a version", () => {
    expect(eventSentenceKey(event("created", { agent: "a", version: "1.0.0" }))).toBe("created");
    expect(eventSentenceKey(event("created", { agent: "a" }))).toBe("createdRemoval");
  });

  it("name a kind that is not known here", () => {
    expect(sentence(event("moonLanded"), en, "en")).toContain("moonLanded");
  });
});

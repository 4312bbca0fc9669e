import { parseAsString, parseAsStringLiteral } from "nuqs/server";
import { draftSteps } from "@/components/new-release/release-draft.ts";

export const newReleaseParams = {
  step: parseAsStringLiteral(draftSteps).withDefault("what"),
  agent: parseAsString.withDefault(""),
  version: parseAsString.withDefault(""),
  cluster: parseAsString,
};

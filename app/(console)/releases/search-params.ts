import { parseAsString, parseAsStringLiteral } from "nuqs/server";
import { releaseStates } from "@/lib/contract/release-state.ts";

export const pageSize = 20;

export const releasesParams = {
  cluster: parseAsString,
  agent: parseAsString,
  state: parseAsStringLiteral(releaseStates),
  cursor: parseAsString,
};

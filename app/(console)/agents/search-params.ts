import { parseAsBoolean, parseAsString } from "nuqs/server";

export const agentsParams = {
  cluster: parseAsString,
  /** The upload drawer is open. */
  upload: parseAsBoolean.withDefault(false),
};

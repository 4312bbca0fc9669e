import { parseAsBoolean, parseAsString } from "nuqs/server";

export const agentParams = {
  cluster: parseAsString,
  platform: parseAsString,
  upload: parseAsBoolean.withDefault(false),
};

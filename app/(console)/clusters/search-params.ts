import { parseAsBoolean } from "nuqs/server";

export const clusterParams = {
  /** The drawer in which one is added is open. */
  add: parseAsBoolean.withDefault(false),
};

import { parseAsString } from "nuqs/server";

export const pageSize = 50;

export const auditParams = {
  actor: parseAsString.withDefault(""),
  action: parseAsString,
  subject: parseAsString.withDefault(""),
  cursor: parseAsString,
};

import { parseAsString } from "nuqs/server";

export const signInParams = {
  callbackUrl: parseAsString.withDefault("/"),
  error: parseAsString,
};

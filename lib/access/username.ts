import { z } from "zod";

/** Names are compared in lower case, so that "Admin" and "admin" are one person. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .max(120)
  .regex(/^[a-z0-9][a-z0-9._@-]*$/, "letters, digits and . _ @ - only");

import { z } from "zod";

/** What a package's bytes can run on: operating system and CPU architecture. */
export const platforms = [
  "linux-x64",
  "linux-arm64",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
  "windows-arm64",
] as const;

export const Platform = z.enum(platforms);
export type Platform = z.infer<typeof Platform>;

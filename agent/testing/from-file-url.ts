import { fileURLToPath } from "node:url";

export function fromFileUrl(relative: string, base: string): string {
  return fileURLToPath(new URL(relative, base)).replace(/\/$/, "");
}

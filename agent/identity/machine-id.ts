import { readTextOrNull } from "../platform/durable-file.ts";

/** Hashed, so that the machine-id, which other software treats as a secret, never leaves the machine. */
export async function machineIdFrom(systemId: string): Promise<string> {
  const bytes = new TextEncoder().encode(`ifrit-machine-v1\n${systemId.trim()}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
  // The version and variant bits of a name-based uuid (RFC 9562, version 8).
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toHex();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** Stable across reboots where the system has a machine id; otherwise chosen once and kept in config.json. */
export async function defaultMachineId(
  paths: readonly string[] = ["/etc/machine-id", "/var/lib/dbus/machine-id"],
): Promise<string> {
  for (const path of paths) {
    const systemId = await readTextOrNull(path);
    if (systemId && systemId.trim().length >= 16) return await machineIdFrom(systemId);
  }
  return crypto.randomUUID();
}

const storeDownCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ETIMEDOUT",
  "EPIPE",
  "PROTOCOL_CONNECTION_LOST",
  "ER_SERVER_SHUTDOWN",
]);

/** Is this error, or what caused it, a data store that cannot be reached? */
export function isStoreDown(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code, syscall } = current as { code?: string; syscall?: string };
    if (code === "ENOENT" && syscall !== "connect") continue;
    if (code && storeDownCodes.has(code)) return true;
    if (
      /Stream isn't writeable|Connection is closed|closed state|Command timed out|Queue limit reached/.test(
        current.message,
      )
    )
      return true;
  }
  return false;
}

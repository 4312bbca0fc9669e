/** A row with this key is there already, whatever the error is wrapped in. */
export function isDuplicateKey(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause)
    if ((current as { code?: string }).code === "ER_DUP_ENTRY") return true;
  return false;
}

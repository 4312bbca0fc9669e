"use client";

import { useNow } from "./use-now.ts";

/** The key that shortcuts are pressed with: ⌘ on Apple's keyboards, Ctrl on the others. */
export function ModKey() {
  const mounted = useNow(60_000) !== null;
  return mounted && /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
}

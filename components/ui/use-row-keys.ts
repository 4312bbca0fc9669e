"use client";

import type { RefObject } from "react";
import { useHotkeys } from "react-hotkeys-hook";

/** j and k walk over the links marked data-row-link inside; Enter then follows the focused one. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  function move(step: 1 | -1) {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-row-link]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step;
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  }
  useHotkeys("j", () => move(1));
  useHotkeys("k", () => move(-1));
}

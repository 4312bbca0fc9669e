"use client";

import { useSyncExternalStore } from "react";

/** Whether times are shown in the reader's zone or in UTC. Kept in the browser. */
export type ZonePreference = "local" | "utc";

const key = "ifrit-zone";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function read(): ZonePreference {
  return localStorage.getItem(key) === "utc" ? "utc" : "local";
}

export function useZonePreference(): ZonePreference {
  return useSyncExternalStore(subscribe, read, () => "utc");
}

export function setZonePreference(zone: ZonePreference): void {
  localStorage.setItem(key, zone);
  for (const listener of listeners) listener();
}

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

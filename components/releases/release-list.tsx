"use client";

import { useRef } from "react";
import type { ReleaseSummary } from "@/lib/contract/console-views.ts";
import { useRowKeys } from "../ui/use-row-keys.ts";
import { ReleaseCard } from "./release-card.tsx";

export function ReleaseList({ releases }: { releases: ReleaseSummary[] }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <ul ref={list} className="divide-y">
      {releases.map((release) => (
        <li key={release.id} className="px-4 py-4 sm:px-5">
          <ReleaseCard release={release} />
        </li>
      ))}
    </ul>
  );
}

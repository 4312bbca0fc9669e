import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import { headers } from "next/headers";
import type { ReactNode } from "react";

type Route = (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;

/** A query of the page, the route that answers it, and what stands in the route's path. */
export type Ask = {
  query: { queryKey: readonly unknown[]; meta?: Record<string, unknown> | undefined };
  route: Route;
  params?: Record<string, string>;
};

/** A page does not wait longer for its data: whatever is not there by then the browser asks for. */
const patienceMs = 700;

/**
 * Renders a page with its data in it. The queries are filled by the routes that the browser would
 * ask, called in the process with the reader's own headers: one permission check, one shape.
 */
export async function Prefetched({ asks, children }: { asks: Ask[]; children: ReactNode }) {
  const client = new QueryClient();
  const from = new Headers(await headers());
  const filled = asks.map(({ query, route, params = {} }) =>
    client.prefetchQuery({
      queryKey: query.queryKey,
      queryFn: () => answerOf(route, String(query.meta?.path), params, from),
    }),
  );
  await Promise.race([Promise.all(filled), sleep(patienceMs)]);
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}

async function answerOf(
  route: Route,
  path: string,
  params: Record<string, string>,
  from: Headers,
): Promise<unknown> {
  const request = new Request(new URL(path, "http://localhost"), { headers: from });
  const response = await route(request, { params: Promise.resolve(params) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type CSSProperties, type ReactNode, useState } from "react";
import { Toaster } from "sonner";
import { ApiError } from "@/lib/api/queries.ts";
import { TooltipProvider } from "../ui/tooltip.tsx";

export function Providers({ nonce, children }: { nonce?: string; children: ReactNode }) {
  const [client] = useState(createQueryClient);
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      disableTransitionOnChange
      storageKey="ifrit-theme"
      nonce={nonce}
    >
      <CSPProvider nonce={nonce} disableStyleElements>
        <NuqsAdapter>
          <QueryClientProvider client={client}>
            <TooltipProvider delay={300}>{children}</TooltipProvider>
          </QueryClientProvider>
        </NuqsAdapter>
        <Toaster position="bottom-right" richColors closeButton style={toastColors} />
      </CSPProvider>
    </ThemeProvider>
  );
}

/** Sonner's own colours are too pale for small text, and do not follow the chosen theme. */
const toastColors = {
  fontFamily: "inherit",
  "--success-bg": "var(--ok-soft)",
  "--success-border": "var(--line)",
  "--success-text": "var(--ok)",
  "--error-bg": "var(--bad-soft)",
  "--error-border": "var(--line)",
  "--error-text": "var(--bad)",
} as CSSProperties;

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: signInAgainWhenSignedOut }),
    defaultOptions: {
      queries: {
        staleTime: 1000,
        // A company's network need not reach the internet, which is what browsers call "online".
        networkMode: "always",
        retry: (failures, error) => failures < 2 && !isFinal(error),
      },
      mutations: { networkMode: "always" },
    },
  });
}

// Asking again helps against a server that is away, not against one that says no.
function isFinal(error: Error): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500;
}

function signInAgainWhenSignedOut(error: Error): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  if (window.location.pathname === "/sign-in") return;
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?callbackUrl=${encodeURIComponent(here)}`);
}

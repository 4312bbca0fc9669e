import { type NextRequest, NextResponse } from "next/server";

/**
 * Pages get a policy that lets no script run but our own, by a nonce per answer. It decides nothing
 * about who may see what: every handler and page asks for itself. Everything under /api is left out,
 * because Next cuts bodies short that pass through a proxy.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("x-ifrit-path", request.nextUrl.pathname + request.nextUrl.search);
  // Next reads the nonce for its own scripts from here.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  if (process.env.IFRIT_PUBLIC_URL?.startsWith("https://"))
    response.headers.set("strict-transport-security", "max-age=31536000");
  return response;
}

export const config = { matcher: ["/((?!api/|install/|_next/|livez|readyz|healthz|metrics).*)"] };

function contentPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    // Charts and toasts place themselves by style attributes and elements of their own.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

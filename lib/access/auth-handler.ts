import NextAuth, { type NextAuthOptions } from "next-auth";
import type { Services } from "../platform/services.ts";
import { authOptions } from "./auth-options.ts";
import { clientAddress } from "./client-address.ts";
import { publicOrigin } from "./public-origin.ts";
import { parseCookies } from "./session.ts";

// next-auth takes its own address from the environment, or, told so, from headers; they are made below.
process.env.AUTH_TRUST_HOST ??= "true";

/**
 * next-auth behind one Request → Response function. It is called through its Node interface, which,
 * unlike the one for route handlers, needs nothing of Next, and gets an address that no client chose.
 */
export async function handleAuth(
  services: Services,
  request: Request,
  nextauth: readonly string[],
): Promise<Response> {
  const origin = new URL(publicOrigin(services.env, request.headers));
  const query = Object.fromEntries(new URL(request.url).searchParams);
  const headers = Object.fromEntries(request.headers);
  headers["x-forwarded-host"] = origin.host;
  headers["x-forwarded-proto"] = origin.protocol.slice(0, -1);
  const answer = new Answer();
  const options = authOptions(services, clientAddress(services.env, request.headers));
  await callNextAuth(
    {
      ...{ headers, method: request.method },
      query: { ...query, nextauth },
      cookies: parseCookies(request.headers.get("cookie")),
      body: await readForm(request),
    },
    answer,
    options,
  );
  return answer.response();
}

const callNextAuth = NextAuth as unknown as (
  request: object,
  response: Answer,
  options: NextAuthOptions,
) => Promise<void>;

const formBytesMax = 16 * 1024;

async function readForm(request: Request): Promise<Record<string, string>> {
  if (request.method !== "POST") return {};
  const text = await request.text();
  if (text.length > formBytesMax) return {};
  if (!request.headers.get("content-type")?.includes("json"))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
  } catch {
    return {};
  }
}

/** The part of Node's response that next-auth uses. */
class Answer {
  #status = 200;
  #headers = new Map<string, string | string[]>();
  #body: string | null = null;

  status(code: number): this {
    this.#status = code;
    return this;
  }

  setHeader(name: string, value: string | string[]): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  send(body: unknown): void {
    this.#body = typeof body === "string" ? body : JSON.stringify(body ?? "");
  }

  json(body: unknown): void {
    this.setHeader("content-type", "application/json");
    this.send(body);
  }

  end(): void {}

  response(): Response {
    const headers = new Headers({ "cache-control": "no-store" });
    for (const [name, value] of this.#headers)
      for (const one of [value].flat())
        if (name === "set-cookie") headers.append(name, one);
        else headers.set(name, one);
    return new Response(this.#body, { status: this.#status, headers });
  }
}

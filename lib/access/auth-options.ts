import { randomUUID } from "node:crypto";
import type { CallbacksOptions, NextAuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { endSession } from "./end-session.ts";
import { oidcProvider, oidcProviderId } from "./oidc-provider.ts";
import {
  cookiesAreSecure,
  findSignedIn,
  isSessionToken,
  sessionSeconds,
  sessionSecret,
} from "./session.ts";
import { signIn } from "./sign-in.ts";
import { signInByOidc } from "./sign-in-by-oidc.ts";

/** next-auth's settings for one request; `address` is where it comes from. */
export function authOptions(services: Services, address: string): NextAuthOptions {
  const provider = oidcProvider(services.env);
  return {
    secret: sessionSecret(services.env),
    useSecureCookies: cookiesAreSecure(services.env),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [credentials(services, address), ...(provider ? [provider] : [])],
    callbacks: { ...sessionCallbacks(services), ...oidcCallbacks(services, address) },
    events: { signOut: ({ token }) => signedOut(services, token, address) },
    logger: {
      error: (code, metadata) => {
        const provider = /^(OAUTH|SIGNIN_OAUTH)/.test(code);
        services.log[provider ? "warn" : "debug"]({ code, why: whyOf(metadata) }, "auth");
      },
      warn: () => {},
      debug: () => {},
    },
  };
}

function credentials(services: Services, address: string) {
  return CredentialsProvider({
    credentials: { username: { type: "text" }, password: { type: "password" } },
    async authorize(input) {
      const { username = "", password = "" } = input ?? {};
      try {
        const user = await signIn(services, {
          username,
          password,
          address,
          requestId: randomUUID(),
        });
        return user && { ...user, id: String(user.id) };
      } catch (error) {
        // The message reaches the sign-in page as ?error=…; it must be a code and nothing else.
        if (error instanceof ProblemError) throw new Error(error.code);
        services.log.error({ err: error }, "sign-in failed");
        throw new Error("unavailable");
      }
    },
  });
}

/** Whom the provider names becomes a user of ours, or goes back to the sign-in page with the reason. */
function oidcCallbacks(services: Services, address: string): Partial<CallbacksOptions> {
  return {
    async signIn({ user, account, profile }) {
      if (account?.provider !== oidcProviderId) return true;
      try {
        const attempt = { claims: profile, address, requestId: randomUUID() };
        const outcome = await signInByOidc(services, attempt);
        if (typeof outcome === "string") return `/sign-in?error=${outcome}`;
        // The session is made of this very object.
        Object.assign(user, { ...outcome, id: String(outcome.id) });
        return true;
      } catch (error) {
        services.log.error({ err: error }, "sign-in by the identity provider failed");
        return "/sign-in?error=unavailable";
      }
    },
  };
}

async function signedOut(services: Services, token: JWT | null, address: string): Promise<void> {
  if (!isSessionToken(token) || !token.sessionId) return;
  const signedIn = await findSignedIn(services, token);
  if (!signedIn) return;
  const source = `console ${address}`.slice(0, 64);
  const ctx = { actor: signedIn, requestId: randomUUID(), source };
  await endSession(services, ctx, token.sessionId);
}

function sessionCallbacks(services: Services): NextAuthOptions["callbacks"] {
  return {
    async jwt({ token, user }) {
      if (user) {
        const { sessionVersion } = user as { sessionVersion?: number };
        return { sub: user.id, name: user.name, sessionVersion, sessionId: randomUUID() };
      }
      // Throwing makes next-auth clear the cookie; a database that is away must not do that.
      const signedIn = isSessionToken(token)
        ? await findSignedIn(services, token).catch(() => undefined)
        : null;
      if (signedIn === null) throw new Error("this session has ended");
      return token;
    },
  };
}

/** Of a failed sign-in by the provider: what went wrong, and none of what was sent. */
function whyOf(metadata: unknown): string {
  const error = (metadata as { error?: unknown } | undefined)?.error ?? metadata;
  return error instanceof Error ? error.message : String(error);
}

import { randomUUID } from "node:crypto";
import type { NextAuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import CredentialsProvider from "next-auth/providers/credentials";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { endSession } from "./end-session.ts";
import {
  cookiesAreSecure,
  findSignedIn,
  isSessionToken,
  sessionSeconds,
  sessionSecret,
} from "./session.ts";
import { signIn } from "./sign-in.ts";

/** next-auth's settings for one request; `address` is where it comes from. */
export function authOptions(services: Services, address: string): NextAuthOptions {
  return {
    secret: sessionSecret(services.env),
    useSecureCookies: cookiesAreSecure(services.env),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [credentials(services, address)],
    callbacks: sessionCallbacks(services),
    events: { signOut: ({ token }) => signedOut(services, token, address) },
    logger: {
      error: (code, metadata) => services.log.debug({ code, metadata: String(metadata) }, "auth"),
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

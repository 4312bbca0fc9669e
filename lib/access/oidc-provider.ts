import type { OAuthConfig } from "next-auth/providers/oauth";
import type { Env } from "../platform/env.ts";

export const oidcProviderId = "oidc";

type Claims = Record<string, unknown> & { sub: string };

const timeoutMs = 5_000;

/**
 * The identity provider for next-auth: code flow with PKCE, state and nonce. openid-client checks the ID
 * token's signature, issuer, audience, nonce and times. null: none is configured.
 */
export function oidcProvider(env: Env): OAuthConfig<Claims> | null {
  const { IFRIT_OIDC_ISSUER: issuer, IFRIT_OIDC_CLIENT_ID: clientId } = env;
  if (!issuer || !clientId) return null;
  const clientSecret = env.IFRIT_OIDC_CLIENT_SECRET;
  return {
    ...{ id: oidcProviderId, name: env.IFRIT_OIDC_NAME, type: "oauth" },
    wellKnown: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    ...{ clientId, clientSecret: clientSecret ?? "" },
    authorization: { params: { scope: env.IFRIT_OIDC_SCOPES } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    client: {
      id_token_signed_response_alg: env.IFRIT_OIDC_SIGNATURE,
      token_endpoint_auth_method: clientSecret ? "client_secret_basic" : "none",
    },
    httpOptions: { timeout: timeoutMs },
    userinfo: {
      // Many providers give groups here only. What the ID token says itself, it says with a signature.
      async request({ tokens, client }) {
        const claims = (tokens as { claims: () => Claims }).claims();
        const more = client.issuer.metadata.userinfo_endpoint
          ? await client.userinfo(tokens as never)
          : {};
        return { ...more, ...claims } as never;
      },
    },
    profile: ({ sub }) => ({ id: sub }),
  };
}

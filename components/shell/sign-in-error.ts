/** Why somebody is not in, as the sign-in page says it: keys of signIn.errors. */
export type SignInError =
  | ("wrong" | "throttled" | "unavailable" | "unreachable" | "expired")
  | ("ssoUnavailable" | "ssoRefused" | "ssoCancelled" | "ssoNoName")
  | ("ssoNameTaken" | "ssoNotInGroup" | "ssoDisabled");

const byCode: Record<string, SignInError> = {
  too_many_requests: "throttled",
  CredentialsSignin: "wrong",
  SessionRequired: "expired",
  // next-auth: the provider could not be asked; its answer did not hold; it said no.
  OAuthSignin: "ssoUnavailable",
  OAuthCallback: "ssoRefused",
  Callback: "ssoCancelled",
  AccessDenied: "ssoCancelled",
  OidcOtherIssuer: "ssoRefused",
  OidcNoName: "ssoNoName",
  OidcNameTaken: "ssoNameTaken",
  OidcNotInGroup: "ssoNotInGroup",
  OidcDisabled: "ssoDisabled",
};

/** Of an error code of next-auth or of ours; what is not known is "unavailable". */
export function toSignInError(code: string): SignInError {
  return Object.hasOwn(byCode, code) ? (byCode[code] as SignInError) : "unavailable";
}

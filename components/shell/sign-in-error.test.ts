import { expect, test } from "vitest";
import en from "@/messages/en.json" with { type: "json" };
import { toSignInError } from "./sign-in-error.ts";

test("toSignInError() gives a sentence for every code, and a general one for what it does not know", () => {
  const known = [
    "OAuthSignin",
    "OAuthCallback",
    "OidcDisabled",
    "OidcNameTaken",
    "CredentialsSignin",
  ];
  for (const code of [...known, "constructor", "", "<script>"])
    expect(en.signIn.errors).toHaveProperty(toSignInError(code));
  expect(toSignInError("constructor")).toBe("unavailable");
  expect(toSignInError("OidcDisabled")).toBe("ssoDisabled");
});

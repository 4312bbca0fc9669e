"use client";

import { KeyRound, LoaderCircle } from "lucide-react";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { safeCallback } from "./safe-callback.ts";

/** Leaves for the identity provider, and comes back to where one wanted to go. */
export function SsoButton(props: { name: string; callbackUrl: string; onUnreachable: () => void }) {
  const t = useTranslations("signIn");
  const [leaving, setLeaving] = useState(false);

  async function leave() {
    setLeaving(true);
    const callbackUrl = safeCallback(props.callbackUrl, window.location.origin);
    try {
      // Without an answer here next-auth would leave for a page that cannot be reached either.
      if (!(await fetch("/api/auth/providers")).ok) throw new Error("no answer");
      await signIn("oidc", { callbackUrl });
    } catch {
      props.onUnreachable();
      setLeaving(false);
    }
  }

  return (
    <Button tone="primary" size="lg" disabled={leaving} onClick={leave}>
      {leaving ? <LoaderCircle aria-hidden className="animate-spin" /> : <KeyRound aria-hidden />}
      {leaving ? t("ssoSubmitting", { name: props.name }) : t("sso", { name: props.name })}
    </Button>
  );
}

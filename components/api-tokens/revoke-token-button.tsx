"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { revokeApiToken } from "@/lib/access/queries.ts";
import type { ApiTokenView } from "@/lib/contract/access-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";

/** Asked for once more: whatever uses the token stops at once, and no other will be the same. */
export function RevokeTokenButton({ token }: { token: ApiTokenView }) {
  const t = useTranslations("apiTokens");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeApiToken(token.id),
    async onSuccess() {
      toast.success(t("revoked", { label: token.label }));
      await client.invalidateQueries({ queryKey: ["api-tokens"] });
    },
  });
  return (
    <>
      <Button
        tone="dangerQuiet"
        size="sm"
        aria-label={t("revokeNamed", { label: token.label })}
        onClick={() => setOpen(true)}
      >
        {t("revoke")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("revokeTitle", { label: token.label })}
        description={t("revokeHint")}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{tCommon("cancel")}</Button>
            <Button tone="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
              {t("revoke")}
            </Button>
          </>
        }
      >
        {revoke.error ? (
          <Alert tone="bad" live>
            <ErrorText error={revoke.error} />
          </Alert>
        ) : null}
      </Dialog>
    </>
  );
}

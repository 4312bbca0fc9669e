"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { revokeEnrollmentToken } from "@/lib/clusters/queries.ts";
import type { EnrollmentTokenView } from "@/lib/contract/machine-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";

/** Asked for once more: an installation that is under way with the token ends with an error. */
export function RevokeTokenButton({ token }: { token: EnrollmentTokenView }) {
  const t = useTranslations("enrollmentTokens");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const label = token.label || `#${token.id}`;
  const revoke = useMutation({
    mutationFn: () => revokeEnrollmentToken(token.clusterId, token.id),
    async onSuccess() {
      toast.success(t("revoked", { label }));
      await client.invalidateQueries({ queryKey: ["cluster-tokens", token.clusterId] });
    },
  });
  return (
    <>
      <Button
        tone="dangerQuiet"
        size="sm"
        aria-label={t("revokeNamed", { label })}
        onClick={() => setOpen(true)}
      >
        {t("revoke")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("revokeTitle", { label })}
        description={t("revokeHint", { count: token.machines })}
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

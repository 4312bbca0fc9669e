"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast } from "sonner";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { deletePackage } from "@/lib/packages/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";

export function DeletePackageDialog(props: { each: PackageView | null; onClose: () => void }) {
  const t = useTranslations("packages.deleting");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const { each } = props;
  const name = each ? `${each.agentName} ${each.version} (${each.platform})` : "";
  const remove = useMutation({
    mutationFn: deletePackage,
    onSuccess: async () => {
      toast.success(t("done", { name }));
      close();
      await client.invalidateQueries();
    },
  });
  function close() {
    remove.reset();
    props.onClose();
  }
  return (
    <Dialog
      open={each !== null}
      onOpenChange={(open) => open || close()}
      title={t("title")}
      description={t("text", { name })}
      footer={
        <>
          <Button onClick={close}>{tCommon("cancel")}</Button>
          <Button
            tone="danger"
            disabled={remove.isPending}
            onClick={() => each && remove.mutate(each.id)}
          >
            {t("confirm")}
          </Button>
        </>
      }
    >
      {remove.error ? (
        <Alert tone="bad" live title={t("refused")}>
          <ErrorText error={remove.error} />
        </Alert>
      ) : (
        <p className="text-muted">{t("safe")}</p>
      )}
    </Dialog>
  );
}

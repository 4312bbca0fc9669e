"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";

/** The frame of all dialogs about a user: what went wrong on top, cancel and the verb below. */
export function UserDialog(props: {
  title: string;
  description?: string;
  verb: string;
  danger?: boolean;
  error: Error | null;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const tCommon = useTranslations("common");
  return (
    <Dialog
      open
      onOpenChange={props.onClose}
      title={props.title}
      description={props.description}
      footer={
        <>
          <Button onClick={props.onClose}>{tCommon("cancel")}</Button>
          <Button
            tone={props.danger ? "danger" : "primary"}
            disabled={props.busy}
            onClick={props.onSubmit}
          >
            {props.verb}
          </Button>
        </>
      }
    >
      {props.error || props.children ? (
        <div className="flex flex-col gap-4">
          {props.error ? (
            <Alert tone="bad" live>
              <ErrorText error={props.error} />
            </Alert>
          ) : null}
          {props.children}
        </div>
      ) : null}
    </Dialog>
  );
}

"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { storeSignature } from "@/lib/packages/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { refuseSignatureFile } from "./read-signature-file.ts";
import { type ChosenSignature, SignatureField, SignatureRefusalText } from "./signature-field.tsx";

export function SignDialog(props: {
  each: PackageView;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("signature");
  const { agentName, version } = props.each;
  return (
    <Dialog
      {...props}
      title={t(props.each.signature ? "replace" : "add")}
      description={`${agentName} ${version}`}
    >
      {props.open ? <SignForm each={props.each} onDone={() => props.onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function SignForm({ each, onDone }: { each: PackageView; onDone: () => void }) {
  const t = useTranslations("signature");
  const client = useQueryClient();
  const [file, setFile] = useState<ChosenSignature | null>(null);
  const [pasted, setPasted] = useState("");
  const [touched, setTouched] = useState(false);
  const envelope = file?.envelope ?? pasted.trim();
  const pasteRefusal = file || pasted.trim() === "" ? null : refuseSignatureFile(pasted.trim());
  const store = useMutation({
    mutationFn: () => storeSignature(each.id, envelope),
    async onSuccess({ changed }) {
      toast.success(t(changed ? "done" : "same", { name: `${each.agentName} ${each.version}` }));
      await client.invalidateQueries();
      onDone();
    },
  });
  function submit() {
    setTouched(true);
    if (envelope !== "" && !file?.refusal && !pasteRefusal) store.mutate();
  }
  const missing = touched && envelope === "" ? t("pasteMissing") : undefined;
  return (
    <div className="flex flex-col gap-4">
      {store.error ? (
        <Alert tone="bad" live title={t("refused")}>
          <ErrorText error={store.error} />
        </Alert>
      ) : null}
      <SignatureField label={t("file")} hint={t("fileHint")} chosen={file} onChange={setFile} />
      {file ? null : (
        <Field
          label={t("paste")}
          error={pasteRefusal ? <SignatureRefusalText refusal={pasteRefusal} /> : missing}
        >
          {(control) => (
            <Textarea
              {...control}
              spellCheck={false}
              className="break-all font-mono text-xs"
              value={pasted}
              onChange={(event) => setPasted(event.target.value)}
            />
          )}
        </Field>
      )}
      <Button tone="primary" className="self-start" disabled={store.isPending} onClick={submit}>
        {t("store")}
      </Button>
    </div>
  );
}

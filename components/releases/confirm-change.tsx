"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Checkbox } from "../ui/checkbox.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { type ConfirmTier, isConfirmed } from "./confirm-tier.ts";

/** Asks for what the tier demands and reports whether it has been given. */
export function ConfirmChange(props: {
  tier: ConfirmTier;
  machines: number;
  onChange: (confirmed: boolean) => void;
}) {
  const t = useTranslations("confirm");
  const format = useFormatter();
  const [answer, setAnswer] = useState({ checked: false, typed: "" });
  function update(change: Partial<typeof answer>) {
    const next = { ...answer, ...change };
    setAnswer(next);
    props.onChange(isConfirmed(props.tier, next));
  }
  if (props.tier.kind === "click") return null;
  if (props.tier.kind === "check") {
    return (
      <Checkbox checked={answer.checked} onChange={(checked) => update({ checked })}>
        {t("check", { count: props.machines })}
      </Checkbox>
    );
  }
  const { phrase } = props.tier;
  const shown = /^\d+$/.test(phrase) ? format.number(Number(phrase)) : phrase;
  return (
    <Field
      label={t.rich("type", {
        phrase: () => <strong className="font-mono font-semibold">{shown}</strong>,
      })}
      hint={t("typeHint", { count: props.machines })}
    >
      {(control) => (
        <Input
          {...control}
          value={answer.typed}
          onChange={(event) => update({ typed: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          className="max-w-64"
        />
      )}
    </Field>
  );
}

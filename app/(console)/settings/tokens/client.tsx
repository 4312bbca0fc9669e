"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { NewTokenDialog } from "@/components/api-tokens/new-token-dialog.tsx";
import { TokenList } from "@/components/api-tokens/token-list.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Section } from "@/components/ui/card.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { apiTokensQuery } from "@/lib/access/queries.ts";

export function TokensClient() {
  const t = useTranslations("apiTokens");
  const [open, setOpen] = useState(false);
  const query = useQuery(apiTokensQuery());
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      actions={
        <Button size="sm" tone="primary" onClick={() => setOpen(true)}>
          <Plus aria-hidden />
          {t("new")}
        </Button>
      }
    >
      <QueryView query={query}>{({ tokens }) => <TokenList tokens={tokens} />}</QueryView>
      {open ? <NewTokenDialog onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

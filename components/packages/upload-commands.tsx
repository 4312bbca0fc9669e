"use client";

import { useTranslations } from "next-intl";
import { CodeBlock } from "../ui/code-block.tsx";
import { useNow } from "../ui/use-now.ts";

/** The same by command line: make an archive of a folder, send it. */
export function UploadCommands() {
  const t = useTranslations("upload");
  const mounted = useNow(60_000) !== null;
  const origin = mounted ? window.location.origin : "";
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1.5">
        <h3 className="font-medium">{t("pack")}</h3>
        <CodeBlock code="npm run package -- ./my-agent" label={t("pack")} />
      </div>
      <div className="flex flex-col gap-1.5">
        <h3 className="font-medium">{t("send")}</h3>
        <CodeBlock code={curlCommand(origin)} label={t("send")} />
        <p className="text-[0.8125rem] text-subtle">{t("sendHint")}</p>
      </div>
    </div>
  );
}

function curlCommand(origin: string): string {
  return [
    `curl ${origin}/api/v1/packages \\`,
    "  -H 'content-type: application/gzip' \\",
    '  -H "authorization: Bearer $IFRIT_TOKEN" \\',
    "  --data-binary @my-agent-1.0.0.tar.gz",
  ].join("\n");
}

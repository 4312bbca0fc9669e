"use client";

import { useTranslations } from "next-intl";
import { Alert } from "../ui/alert.tsx";
import { CodeBlock } from "../ui/code-block.tsx";

const steps = ["make", "rotate", "sign"] as const;

/** Said loudly: with the keys of a first look one break-in is enough for every machine. */
export function DevelopmentAlert({ folder }: { folder: string }) {
  const t = useTranslations("trust");
  return (
    <Alert tone="warn" title={t("development")}>
      <p>{t("developmentHint")}</p>
      <ol className="mt-1.5 flex list-decimal flex-col gap-1 pl-5">
        {steps.map((step) => (
          <li key={step}>{t(`developmentSteps.${step}`, { folder })}</li>
        ))}
      </ol>
      <CodeBlock code={commandsOf(folder)} label={t("commandsLabel")} className="mt-2.5" />
      <p className="mt-2 text-[0.8125rem]">{t("guide")}</p>
    </Alert>
  );
}

function commandsOf(folder: string): string {
  const made = folder.replace(/\/roots$/, "/development");
  const keys = "npm run keys --";
  return [
    `${keys} make --out keys --role root --name alice --passphrase-file pass   # and so for bob`,
    `${keys} make --out keys --role release --name build`,
    `for role in root release; do ${keys} public ${made}/$role.pem --role $role --name $role; done`,
    `cp -r ${folder} new-roots`,
    `${keys} root rotate --dir new-roots --role root --threshold 2 --remove ${made}/root.pub.json \\`,
    "    --add keys/root-alice.pub.json --add keys/root-bob.pub.json",
    `${keys} root sign --dir new-roots --key ${made}/root.pem   # then alice's and bob's`,
    `${keys} root rotate --dir new-roots --role release \\`,
    `    --add keys/release-build.pub.json --remove ${made}/release.pub.json`,
    `${keys} root sign --dir new-roots --key keys/root-alice.pem   # then bob's`,
    `cp new-roots/*.root.json ${folder}/`,
  ].join("\n");
}

"use client";

import { useTranslations } from "next-intl";
import { Sheet } from "../ui/dialog.tsx";
import { UploadCommands } from "./upload-commands.tsx";
import { UploadZone } from "./upload-zone.tsx";

export function UploadSheet(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("upload");
  return (
    <Sheet {...props} title={t("title")} description={t("description")}>
      <div className="flex flex-col gap-6">
        <UploadZone />
        <UploadCommands />
      </div>
    </Sheet>
  );
}

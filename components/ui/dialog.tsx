"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  className?: string;
  children?: ReactNode;
};

const backdropStyle =
  "fixed inset-0 z-40 bg-black/45 transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";

export function Dialog(props: Props) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropStyle} />
        <Base.Popup
          className={cn(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[32rem] max-w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border bg-surface shadow-float transition-[scale,opacity] duration-150 data-ending-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0",
            props.className,
          )}
        >
          <Heading {...props} />
          {props.children ? (
            <div className="scroll-thin min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">
              {props.children}
            </div>
          ) : null}
          <Footer>{props.footer}</Footer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A dialog at the page's edge, for things that belong beside a list. */
export function Sheet(props: Props & { side?: "left" | "right" }) {
  const left = props.side === "left";
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={backdropStyle} />
        <Base.Popup
          className={cn(
            "fixed inset-y-0 z-50 flex w-[30rem] max-w-[calc(100vw-2.5rem)] flex-col bg-surface shadow-float transition-transform duration-200 ease-out",
            left
              ? "left-0 border-r data-ending-style:-translate-x-full data-starting-style:-translate-x-full"
              : "right-0 border-l data-ending-style:translate-x-full data-starting-style:translate-x-full",
            props.className,
          )}
        >
          <Heading {...props} />
          <div className="scroll-thin min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">
            {props.children}
          </div>
          <Footer>{props.footer}</Footer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Heading({ title, description }: Pick<Props, "title" | "description">) {
  const t = useTranslations("common");
  return (
    <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
      <div className="min-w-0">
        <Base.Title className="font-semibold text-base tracking-tight">{title}</Base.Title>
        {description ? (
          <Base.Description className="mt-0.5 text-muted">{description}</Base.Description>
        ) : null}
      </div>
      <Base.Close
        render={<Button tone="ghost" size="iconSm" aria-label={t("close")} className="-mr-1.5" />}
      >
        <X aria-hidden />
      </Base.Close>
    </div>
  );
}

function Footer({ children }: { children?: ReactNode }) {
  if (!children) return null;
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 rounded-b-[inherit] border-t bg-canvas/60 px-5 py-3">
      {children}
    </div>
  );
}

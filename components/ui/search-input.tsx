"use client";

import { Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useHotkeys } from "react-hotkeys-hook";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { Input } from "./input.tsx";
import { Kbd } from "./kbd.tsx";

/** Reports what was typed after a pause or on Enter. */
export function SearchInput(props: {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  /** "/" brings the focus here: for the first search field of a page. */
  slash?: boolean;
  className?: string;
}) {
  const t = useTranslations("common");
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(props.value);
  useEffect(() => setText(props.value), [props.value]);
  useHotkeys("/", () => input.current?.focus(), {
    enabled: props.slash ?? false,
    preventDefault: true,
    useKey: true,
  });
  const { onChange, value } = props;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 300);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);

  return (
    <div className={cn("relative", props.className)}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-subtle"
      />
      <Input
        ref={input}
        type="search"
        aria-label={props.label}
        placeholder={props.placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(text);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        className="pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="absolute top-1/2 right-1.5 -translate-y-1/2">
        {text ? (
          <Button
            tone="ghost"
            size="iconSm"
            aria-label={t("clear")}
            onClick={() => {
              setText("");
              onChange("");
            }}
          >
            <X aria-hidden />
          </Button>
        ) : props.slash ? (
          <span className="hidden pr-1 sm:block">
            <Kbd>/</Kbd>
          </span>
        ) : null}
      </span>
    </div>
  );
}

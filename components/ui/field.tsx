"use client";

import { type ReactNode, useId } from "react";
import { cn } from "./cn.ts";

type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

/** A labelled control with an optional hint and error; the render function gets what ties them together. */
export function Field(props: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = props.error ?? props.hint;
  return (
    <div className={cn("flex flex-col gap-1.5", props.className)}>
      <label htmlFor={id} className="font-medium text-[0.8125rem]">
        {props.label}
      </label>
      {props.children({
        id,
        ...(note ? { "aria-describedby": noteId } : {}),
        ...(props.error ? { "aria-invalid": true } : {}),
      })}
      {note ? (
        <p
          id={noteId}
          className={cn("text-[0.8125rem]", props.error ? "text-bad" : "text-subtle")}
          role={props.error ? "alert" : undefined}
        >
          {note}
        </p>
      ) : null}
    </div>
  );
}

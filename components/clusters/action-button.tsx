"use client";

import type { ComponentProps } from "react";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

/** A button that says why it does nothing. It stays reachable by keyboard, so that the reason can be read. */
export function ActionButton({
  because,
  onClick,
  ...props
}: ComponentProps<typeof Button> & { because: string | null }) {
  if (!because) return <Button onClick={onClick} {...props} />;
  return (
    <Tooltip content={because}>
      <Button
        {...props}
        aria-disabled
        title={because}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}

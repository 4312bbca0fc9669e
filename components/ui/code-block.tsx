import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

/** A command to copy. */
export function CodeBlock(props: {
  code: string;
  label: string;
  /** One long line is broken anywhere instead of running out of sight. */
  wrap?: boolean;
  className?: string;
}) {
  return (
    <div className={cn("relative rounded-md border bg-sunken", props.className)}>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
        tabIndex={0}
        aria-label={props.label}
        className="scroll-thin overflow-x-auto py-3 pr-14 pl-3.5 font-mono text-[0.8125rem] leading-relaxed"
      >
        <code className={props.wrap ? "whitespace-pre-wrap break-all" : "whitespace-pre"}>
          {props.code}
        </code>
      </section>
      <div className="absolute top-2 right-2">
        <CopyButton text={props.code} />
      </div>
    </div>
  );
}

"use client";

import { CloudOff, Compass, RotateCw, TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { ApiError } from "@/lib/api/queries.ts";
import { Button, ButtonLink } from "./button.tsx";
import { EmptyState } from "./empty-state.tsx";
import { ProblemIssue } from "./problem-issue.tsx";

/** What went wrong, what to quote, and a way on. */
export function ErrorState(props: { error: Error; onRetry?: () => void; className?: string }) {
  const t = useTranslations("errors");
  const { error } = props;
  const api = error instanceof ApiError ? error : null;
  const requestId = api?.problem?.requestId;
  const unreachable = api?.kind === "unreachable";
  if (api?.problem?.code === "not_found") return <NothingThere message={api.message} />;
  return (
    <div role="alert" className={props.className}>
      <EmptyState
        icon={unreachable ? <CloudOff aria-hidden /> : <TriangleAlert aria-hidden />}
        title={unreachable ? t("unreachable") : t("title")}
        actions={
          props.onRetry ? (
            <Button onClick={props.onRetry}>
              <RotateCw aria-hidden />
              {t("retry")}
            </Button>
          ) : null
        }
      >
        <ErrorText error={error} />
        {requestId && !error.message.includes(requestId) ? (
          <p className="mt-1 text-[0.8125rem] text-subtle">
            {t("requestId")} <code className="font-mono">{requestId}</code>
          </p>
        ) : null}
      </EmptyState>
    </div>
  );
}

/** An answer, not a failure: trying again would not help. */
function NothingThere({ message }: { message: string }) {
  const t = useTranslations("errors");
  return (
    <EmptyState
      icon={<Compass aria-hidden />}
      title={t("notFoundTitle")}
      actions={<ButtonLink href="/">{t("toOverview")}</ButtonLink>}
    >
      {message}
    </EmptyState>
  );
}

/** The words for an error, with the server's list of what is wrong in the input. */
export function ErrorText({ error }: { error: Error }) {
  const t = useTranslations("errors");
  const tAdvice = useTranslations("problemAdvice");
  const api = error instanceof ApiError ? error : null;
  if (!api) return <p>{t("unexpected")}</p>;
  if (api.kind === "unreachable") return <p>{t("unreachableHint")}</p>;
  if (api.kind === "unexpectedAnswer") return <p>{t("unexpectedAnswer", { what: api.message })}</p>;
  const issues = (api.problem?.issues ?? []).filter(
    ({ message }) => !api.message.includes(message),
  );
  return (
    <>
      <p>{api.message}</p>
      {issues.length > 0 ? (
        <ul className="mt-1.5 flex flex-col gap-1 text-left text-[0.8125rem]">
          {issues.map((issue) => (
            <li key={`${issue.path} ${issue.message}`}>
              <ProblemIssue issue={issue} />
            </li>
          ))}
        </ul>
      ) : null}
      {api.problem ? (
        <p className="mt-1 text-[0.8125rem] text-muted">{tAdvice(api.problem.code)}</p>
      ) : null}
    </>
  );
}

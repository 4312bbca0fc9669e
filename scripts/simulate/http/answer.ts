/** The head of an answer; the same object for equal heads, so it is never changed. */
export type AnswerHead = {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
};

export type Answer = AnswerHead & { body: Buffer | null };

/** A signal that ends with `outer`, or late; disposed of, it leaves nothing behind. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}

/**
 * Unlike AbortSignal.timeout() and .any(), which stay in memory until the time is over, however early
 * the request was answered.
 */
export function deadline(ms: number, outer?: AbortSignal | null): Deadline {
  const own = new AbortController();
  const end = () => own.abort(outer?.reason);
  const timer = setTimeout(
    () => own.abort(new DOMException(`not done within ${ms / 1000} s`, "TimeoutError")),
    ms,
  );
  if (outer?.aborted) end();
  outer?.addEventListener("abort", end);
  return {
    signal: own.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", end);
    },
  };
}

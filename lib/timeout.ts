/**
 * Resolves or rejects with the outcome of `work`. If `milliseconds` pass before `work` settles,
 * rejects with the result of `createError` instead. After the time limit, the work continues and
 * may still take effect, but its outcome is ignored.
 */
export async function withTimeout<Value>(
  work: Promise<Value>,
  milliseconds: number,
  createError: () => Error,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(createError()), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Resolves or rejects with the outcome of `work`. If the signal aborts before `work` settles,
 * rejects with the reason of the signal instead. After the abort, the work continues, but its
 * outcome is ignored.
 */
export async function withSignal<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort = () => {};
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

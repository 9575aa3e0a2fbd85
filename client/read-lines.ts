/**
 * Yields the lines of a response as they arrive. If the caller leaves the loop early, the request is
 * cancelled.
 *
 * @throws the error of the platform's `fetch` if the response breaks off.
 */
export async function* readLines({ body }: Response): AsyncIterable<string> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (done) break;
    }
    if (rest !== '') yield rest;
  } finally {
    // The stream may have failed already, and then there is nothing to cancel.
    await reader.cancel().catch(() => {});
  }
}

import { sleep } from '../../lib/sleep.ts';

export interface LotOptions {
  /** Number of items in a full lot. */
  size: number;
  /**
   * Maximum time to wait for a new item, in milliseconds. If no item arrives in this time, the
   * caller gets a lot that is not full.
   */
  quiet_ms: number;
  sleep?: typeof sleep;
}

/**
 * Gathers items into lots. While the caller handles a lot, the function already reads the next
 * items from the source.
 */
export async function* inLots<Item>(
  source: AsyncIterable<Item[]>,
  options: LotOptions,
): AsyncGenerator<Item[]> {
  const iterator = source[Symbol.asyncIterator]();
  let waiting: Item[] = [];
  let next = pull(iterator);
  for (;;) {
    if (waiting.length > 0 && (await staysQuiet(next, options))) {
      yield waiting;
      waiting = [];
    }
    const { done, value } = await next;
    if (done) break;
    next = pull(iterator);
    waiting.push(...value);
    for (; waiting.length >= options.size; waiting = waiting.slice(options.size)) {
      yield waiting.slice(0, options.size);
    }
  }
  if (waiting.length > 0) yield waiting;
}

function pull<Item>(iterator: AsyncIterator<Item[]>): Promise<IteratorResult<Item[]>> {
  const next = iterator.next();
  // The promise is awaited only after the caller has handled the current lot. Until then, the empty
  // handler prevents an unhandled rejection.
  next.catch(() => undefined);
  return next;
}

async function staysQuiet(
  next: Promise<unknown>,
  { quiet_ms, sleep: wait = sleep }: LotOptions,
): Promise<boolean> {
  const timer = new AbortController();
  const quiet = wait(quiet_ms, timer.signal).then(
    () => true,
    () => false,
  );
  const arrival = next.then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([arrival, quiet]);
  } finally {
    timer.abort();
  }
}

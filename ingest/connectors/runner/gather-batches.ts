import { SourceReader } from '../../publisher/source-reader.ts';

export interface GatherOptions {
  /** Maximum number of items that wait for the consumer. While so many wait, the source is not asked. */
  max_items: number;
  /** Ends the iteration after the items that wait. */
  signal: AbortSignal;
}

/**
 * Yields the items of a source in batches: all that have come while the consumer was busy. A slow
 * source gives batches of one item without delay. An error of the source follows the items before
 * it, unless the signal is aborted.
 */
export async function* gatherBatches<Item>(
  source: AsyncIterable<Item>,
  { max_items, signal }: GatherOptions,
): AsyncGenerator<Item[], void, undefined> {
  const reader = new SourceReader(source);
  const buffer = new Buffered<Item>(max_items);
  const onAbort = () => buffer.end();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  void fill(reader, buffer);
  try {
    for (let batch = await buffer.takeAll(); batch.length > 0; batch = await buffer.takeAll()) {
      yield batch;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    buffer.end();
    await reader.stop();
  }
}

/** The returned promise never rejects: the buffer keeps the error for its consumer. */
async function fill<Item>(reader: SourceReader<Item>, buffer: Buffered<Item>): Promise<void> {
  try {
    while (await buffer.waitForRoom()) {
      const next = await reader.read();
      if (next === undefined) break;
      buffer.push(next.item);
    }
    buffer.end();
  } catch (error) {
    buffer.end({ error });
  }
}

/** A queue that gives all of its items at once. */
class Buffered<Item> {
  readonly #max_items: number;
  #items: Item[] = [];
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(max_items: number) {
    this.#max_items = max_items;
  }

  async waitForRoom(): Promise<boolean> {
    while (this.#end === undefined && this.#items.length >= this.#max_items) await this.#wait();
    return this.#end === undefined;
  }

  push(item: Item): void {
    // An item that arrives after the end is lost on purpose: no mark covers it.
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#notify();
  }

  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#notify();
  }

  /** Returns an empty list at the end. @throws the error of the end, after the last item. */
  async takeAll(): Promise<Item[]> {
    while (this.#end === undefined && this.#items.length === 0) await this.#wait();
    const items = this.#items;
    this.#items = [];
    this.#notify();
    if (items.length === 0 && this.#end !== undefined && 'error' in this.#end)
      throw this.#end.error;
    return items;
  }

  /** Of producer and consumer, only one waits at a time: one for room, the other for an item. */
  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

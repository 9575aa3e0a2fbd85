/**
 * Reads an iterable item by item. The caller can stop the reader early, even while a read is
 * pending.
 */
export class SourceReader<Item> {
  readonly #iterator: AsyncIterator<Item> | Iterator<Item>;
  #is_reading = false;
  #is_over = false;

  constructor(source: AsyncIterable<Item> | Iterable<Item>) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /**
   * Reads the next item. Returns undefined at the end of the iterable, and for an item that arrives
   * after the call of {@link stop}.
   */
  async read(): Promise<{ item: Item } | undefined> {
    this.#is_reading = true;
    try {
      const next = await this.#iterator.next();
      this.#is_over ||= next.done === true;
      return this.#is_over ? undefined : { item: next.value };
    } catch (error) {
      this.#is_over = true;
      throw error;
    } finally {
      this.#is_reading = false;
    }
  }

  /**
   * Calls the iterator's `return`. If a read is pending, does not wait for `return` to finish. An
   * async generator finishes `return` only after the pending `next`. If the source is silent, that
   * `next` may never finish.
   */
  async stop(): Promise<void> {
    if (this.#is_over) return;
    this.#is_over = true;
    const stopping = this.#return();
    if (this.#is_reading) stopping.catch(() => undefined);
    else await stopping;
  }

  async #return(): Promise<void> {
    await this.#iterator.return?.();
  }
}

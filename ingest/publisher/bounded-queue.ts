/**
 * A queue between one producer and one consumer. The producer waits while the queue is full, and
 * the consumer waits while the queue is empty.
 */
export class BoundedQueue<Item> {
  readonly #max_length: number;
  #items: Item[] = [];
  #end: { error?: unknown } | undefined;
  #wakeProducer: (() => void) | undefined;
  #wakeConsumer: (() => void) | undefined;

  constructor(max_length: number) {
    this.#max_length = max_length;
  }

  /**
   * Resolves with true as soon as the queue has room for another item, or with false if the queue
   * has ended.
   */
  async waitForRoom(): Promise<boolean> {
    while (this.#end === undefined && this.#items.length >= this.#max_length) {
      await new Promise<void>((resolve) => {
        this.#wakeProducer = resolve;
      });
    }
    return this.#end === undefined;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#wakeConsumer?.();
  }

  /**
   * Ends the queue. The consumer still gets the items in the queue. If the queue was ended with an
   * error, `shift` throws the error after the last item.
   */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  /**
   * Waits for the next item and returns the item. Returns undefined when the queue has ended and is
   * empty.
   *
   * @throws the error with which the queue was ended.
   */
  async shift(): Promise<Item | undefined> {
    while (this.#end === undefined && this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wakeConsumer = resolve;
      });
    }
    const item = this.#items.shift();
    this.#wakeProducer?.();
    if (item === undefined && this.#end !== undefined && 'error' in this.#end)
      throw this.#end.error;
    return item;
  }
}

/**
 * A queue between one producer and one consumer, which wait for each other: the producer for room, the consumer for
 * items.
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

  /** Resolves with true once there is room for another item, with false once the queue has ended. */
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

  /** Ends the queue. The consumer still gets the items that are in it, and then the error, if there is one. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  /** The next item once there is one; undefined at the end. @throws the error that ended the queue. */
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

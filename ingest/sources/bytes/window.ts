/**
 * A part of a byte stream that moves forward. Readers look at the bytes from `start` on, ask for
 * more bytes if a row is not complete, and move `start` behind each row.
 */
export class Window {
  /** The bytes that have been read and are not dropped yet. */
  bytes: Buffer = Buffer.alloc(0);
  /** Index in `bytes` at which the next row starts. */
  start = 0;
  /** True if the stream has ended, so that `bytes` holds all that is left. */
  is_last = false;
  readonly #iterator: AsyncIterator<Buffer>;
  #dropped: number;
  #failure: { error: unknown } | undefined;

  /** @param from the position of the first byte in the file. */
  constructor(bytes: AsyncIterable<Buffer>, from: number) {
    this.#iterator = bytes[Symbol.asyncIterator]();
    this.#dropped = from;
  }

  /** The position of an index in the file. */
  positionOf(index: number): number {
    return this.#dropped + index;
  }

  /**
   * Reads at least as many bytes as there are from `start` on, so that the cost of a long row stays
   * linear. Drops the bytes before `start`. An error of the stream is thrown when the bytes before
   * it have been taken.
   */
  async readMore(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const rest = this.bytes.subarray(this.start);
    const parts = [rest];
    let added = 0;
    while (!this.is_last && (added === 0 || added < rest.length)) {
      const next = await this.#readChunk();
      if ('error' in next) {
        this.#failure = next;
        if (added === 0) throw next.error;
        break;
      }
      if (next.done) this.is_last = true;
      else {
        parts.push(next.value);
        added += next.value.length;
      }
    }
    this.#dropped += this.start;
    this.start = 0;
    this.bytes = Buffer.concat(parts);
  }

  async #readChunk(): Promise<IteratorResult<Buffer> | { error: unknown }> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      return { error };
    }
  }

  /** Closes the stream. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

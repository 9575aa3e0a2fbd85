/**
 * Limits the number of bytes in memory. Calls of `acquire` are granted in the order of the calls.
 */
export class ByteBudget {
  readonly #max_bytes: number;
  readonly #waiters = new Set<{ bytes: number; grant: () => void }>();
  #used_bytes = 0;

  constructor(max_bytes: number) {
    this.#max_bytes = max_bytes;
  }

  /**
   * Reserves bytes, and resolves when the budget has room for the bytes. If a call needs more bytes
   * than the whole budget has, the call is granted when no other bytes are reserved.
   */
  async acquire(bytes: number): Promise<void> {
    if (this.#waiters.size === 0 && this.#hasRoomFor(bytes)) {
      this.#used_bytes += bytes;
      return;
    }
    await new Promise<void>((grant) => this.#waiters.add({ bytes, grant }));
  }

  release(bytes: number): void {
    this.#used_bytes -= bytes;
    for (const waiter of this.#waiters) {
      if (!this.#hasRoomFor(waiter.bytes)) return;
      this.#waiters.delete(waiter);
      this.#used_bytes += waiter.bytes;
      waiter.grant();
    }
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#used_bytes === 0 || this.#used_bytes + bytes <= this.#max_bytes;
  }
}

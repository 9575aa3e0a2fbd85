import { createHash } from 'node:crypto';

/** Number of different ids that are remembered. More ids would need more than 32 MiB. */
const MAX_IDS = 2_000_000;
const SLOTS = 4_194_304;

/**
 * Counts ids that occur more than once, in constant memory: it remembers a hash of 52 bits of each of
 * the first two million ids.
 */
export class RepeatedIds {
  repeated = 0;
  #slots: Float64Array | undefined;
  #size = 0;

  add(id: string): void {
    const digest = createHash('md5').update(id).digest();
    const hash = digest.readUIntBE(0, 6) + 1;
    this.#slots ??= new Float64Array(SLOTS);
    for (let at = digest.readUInt32BE(6) % SLOTS; ; at = (at + 1) % SLOTS) {
      if (this.#slots[at] === hash) {
        this.repeated += 1;
        return;
      }
      if (this.#slots[at] === 0) {
        if (this.#size < MAX_IDS) {
          this.#slots[at] = hash;
          this.#size += 1;
        }
        return;
      }
    }
  }
}

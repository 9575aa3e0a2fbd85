/** Size of the blocks that hold the texts, in bytes. A longer text has a block of its own. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * A list of texts as UTF-8, outside the heap of JavaScript. A million short strings would need more
 * than twice the memory, because each is an object and may keep the piece of XML that it was cut from.
 */
export class TextList {
  readonly #blocks: Buffer[] = [];
  /** For each text, the number of its block, and where the text starts and ends within the block. */
  readonly #places: [block: number[], start: number[], end: number[]] = [[], [], []];
  #used = 0;
  #bytes = 0;

  /** Number of bytes of all texts. */
  get bytes(): number {
    return this.#bytes;
  }

  push(text: string): void {
    const length = Buffer.byteLength(text);
    const block = this.#blockFor(length);
    block.write(text, this.#used);
    const [blocks, starts, ends] = this.#places;
    blocks.push(this.#blocks.length - 1);
    starts.push(this.#used);
    this.#used += length;
    ends.push(this.#used);
    this.#bytes += length;
  }

  /** Returns a text by its index. Returns undefined if there is none. */
  at(index: number): string | undefined {
    const [blocks, starts, ends] = this.#places;
    return this.#blocks[blocks[index] ?? -1]?.toString('utf8', starts[index], ends[index]);
  }

  #blockFor(length: number): Buffer {
    const last = this.#blocks.at(-1);
    if (last !== undefined && this.#used + length <= last.length) return last;
    const block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, length));
    this.#blocks.push(block);
    this.#used = 0;
    return block;
  }
}

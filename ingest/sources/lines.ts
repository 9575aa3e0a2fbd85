/**
 * One line of a byte stream, without the line feed. If `is_too_long` is true, `bytes` holds only
 * the start of the line.
 */
export interface Line {
  /** The number of the line, counted from 1. */
  line: number;
  bytes: Buffer;
  is_too_long: boolean;
  /** The byte offset of the next line, counted from the first byte that was read. */
  end: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits bytes into lines. Stores at most `max_bytes` of each line and drops the remaining bytes of
 * a longer line.
 *
 * @param is_start whether the source begins at the start of a file. A byte order mark is removed
 * only at the start of a file.
 */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  max_bytes: number,
  is_start = true,
): AsyncIterable<Line> {
  const buffer = new LineBuffer(max_bytes);
  let line = 1;
  let position = 0;
  const takeLine = (end: number): Line => {
    const { bytes, is_too_long } = buffer.take();
    const trimmed = trimLine(bytes, is_start && line === 1);
    return { line: line++, bytes: trimmed, is_too_long, end };
  };
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      buffer.add(chunk.subarray(start, end));
      yield takeLine(position + end + 1);
      start = end + 1;
    }
    buffer.add(chunk.subarray(start));
    position += chunk.length;
  }
  if (!buffer.is_empty) yield takeLine(position);
}

/** Collects the parts of one line, up to `max_bytes` bytes. */
class LineBuffer {
  readonly #max_bytes: number;
  #parts: Buffer[] = [];
  #length = 0;
  #is_too_long = false;

  constructor(max_bytes: number) {
    this.#max_bytes = max_bytes;
  }

  get is_empty(): boolean {
    return this.#length === 0;
  }

  add(part: Buffer): void {
    const kept = part.subarray(0, this.#max_bytes - this.#length);
    this.#is_too_long ||= kept.length < part.length;
    if (kept.length > 0) this.#parts.push(kept);
    this.#length += kept.length;
  }

  take(): { bytes: Buffer; is_too_long: boolean } {
    const taken = { bytes: Buffer.concat(this.#parts), is_too_long: this.#is_too_long };
    this.#parts = [];
    this.#length = 0;
    this.#is_too_long = false;
    return taken;
  }
}

function trimLine(bytes: Buffer, is_first: boolean): Buffer {
  const start = is_first && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  return bytes.subarray(start, end);
}

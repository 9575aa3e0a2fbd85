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

/**
 * Splits bytes into lines. Stores at most `max_bytes` of each line and drops the remaining bytes of
 * a longer line.
 *
 * @param ends_at_cr whether lone carriage returns end lines, as in files of old Macs.
 */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  max_bytes: number,
  ends_at_cr = false,
): AsyncIterable<Line> {
  const buffer = new LineBuffer(max_bytes);
  let line = 1;
  let position = 0;
  const takeLine = (end: number): Line => {
    const { bytes, is_too_long } = buffer.take();
    return { line: line++, bytes: trimLine(bytes), is_too_long, end };
  };
  const line_end = ends_at_cr ? CARRIAGE_RETURN : LINE_FEED;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(line_end); end !== -1; end = chunk.indexOf(line_end, start)) {
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

function trimLine(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  return bytes.subarray(0, end);
}

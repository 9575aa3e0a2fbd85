/** One line of a byte stream, without its line feed. `bytes` is cut at the limit where `too_long`. */
export interface Line {
  /** From 1. */
  line: number;
  bytes: Buffer;
  too_long: boolean;
  /** Where the next line begins, in bytes of the source. */
  end: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts bytes into lines, holding no more than `max_bytes` of one: the rest of a longer line is passed over. */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  max_bytes: number,
  is_start = true,
): AsyncIterable<Line> {
  let parts: Buffer[] = [];
  let held = 0;
  let too_long = false;
  let line = 1;
  let passed = 0;
  const add = (part: Buffer) => {
    const kept = part.subarray(0, max_bytes - held);
    too_long ||= kept.length < part.length;
    if (kept.length > 0) parts.push(kept);
    held += kept.length;
  };
  const take = (end: number): Line => {
    const taken = {
      line,
      bytes: trimmed(Buffer.concat(parts), is_start && line === 1),
      too_long,
      end,
    };
    parts = [];
    held = 0;
    too_long = false;
    line += 1;
    return taken;
  };
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield take(passed + end + 1);
      start = end + 1;
    }
    add(chunk.subarray(start));
    passed += chunk.length;
  }
  if (held > 0) yield take(passed);
}

function trimmed(bytes: Buffer, is_first: boolean): Buffer {
  const start = is_first && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  return bytes.subarray(start, end);
}

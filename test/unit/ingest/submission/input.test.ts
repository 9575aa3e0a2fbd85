import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countInput, type InputEntry, readInput } from '../../../../ingest/submission/input.ts';
import type { JobInputs } from '../../../../ingest/submission/ports.ts';
import {
  FORMAT_NAMES,
  type Format,
  type InputPosition,
  type Job,
} from '../../../../schemas/index.ts';
import { aJob } from '../../../support/jobs.ts';

const START = { records: 0, bytes: 0 };

/** An object whose bytes arrive in pieces of these sizes. */
function createInputs(bytes: Buffer, sizes: number[]) {
  return {
    async *read(_, { from }) {
      let at = from;
      for (let i = 0; at < bytes.length; i += 1) {
        const size = sizes[i % sizes.length]!;
        yield bytes.subarray(at, at + size);
        at += size;
      }
    },
  } satisfies Pick<JobInputs, 'read'>;
}

function jobOf(format: Format): Job {
  const input = { kind: 'upload' as const, format, key: 'inputs/j', etag: 'e', bytes: 1 };
  return aJob({ job_id: 'j', input });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    'a,b',
    'a\tb',
    '"quoted"',
    'two\nlines',
    'Größe 😀 日本',
    '\u2028',
    '\ufeffmarked',
  ),
);
const end = fc.constantFrom('\n', '\r\n');
/** Lines that all end alike, or each in its own way. */
const joinLines = (line: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(fc.array(line), end).map(([lines, eol]) => lines.join(eol)),
    fc.array(fc.tuple(line, end)).map((lines) => lines.flat().join('')),
  );
const jsonl = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    joinLines(
      fc.oneof(
        words.map((text) => JSON.stringify({ text, language: 'en' })),
        fc.constantFrom('', '   ', 'no JSON', '{"text":7}', '[]', '{"text":"a"', '\ufeff', 'a\rb'),
      ),
    ),
    fc.constantFrom('', '\n'),
  )
  .map((parts) => parts.join(''));
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const generateDelimited = (delimiter: string) =>
  fc
    .tuple(
      fc
        .constantFrom('text,stars', '"text","stars"', '\ufefftext,stars', 'stars,text')
        .map((header) => header.replace(',', delimiter)),
      end,
      joinLines(
        fc.oneof(
          fc.tuple(words, words).map(([a, b]) => `${cell(a)}${delimiter}${cell(b)}`),
          fc
            .constantFrom('', 'only one', 'a,b,c', 'plain,5', 'b\rc,2', '\ufeffb,2')
            .map((line) => line.replaceAll(',', delimiter)),
        ),
      ),
      fc.constantFrom('', '\n'),
    )
    .map((parts) => parts.join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

/** All entries from the start; undefined if the file does not have the format. */
async function readWhole(
  inputs: Pick<JobInputs, 'read'>,
  job: Job,
): Promise<InputEntry[] | undefined> {
  try {
    return await collect(readInput(inputs, job, START));
  } catch {
    return undefined;
  }
}

const CONTENTS: Record<Format, fc.Arbitrary<string>> = {
  jsonl,
  csv: generateDelimited(','),
  tsv: generateDelimited('\t'),
};

describe.each(FORMAT_NAMES)('The input of a job in %s', (format) => {
  const content = CONTENTS[format];

  it(`countInput and readInput find the same records in ${format}, from the start and from every record, however the bytes arrive`, async () => {
    let records = 0;
    await fc.assert(
      fc.asyncProperty(content, sizes, sizes, async (text, first, second) => {
        const bytes = Buffer.from(text);
        const job = jobOf(format);
        const entries = await readWhole(createInputs(bytes, first), job);
        fc.pre(entries !== undefined);
        records += entries.length;
        expect(entries.map(({ job_index }) => job_index)).toEqual(entries.map((_, i) => i));
        const ends = await collect(countInput(createInputs(bytes, second), job, START));
        expect(ends).toEqual(entries.map((entry) => entry.end));
        for (const [i, { end: from }] of entries.entries()) {
          const rest = await collect(readInput(createInputs(bytes, second), job, from));
          expect(rest).toEqual(entries.slice(i + 1));
          const counted: InputPosition[] = await collect(
            countInput(createInputs(bytes, first), job, from),
          );
          expect(counted).toEqual(ends.slice(i + 1));
        }
      }),
    );
    expect(records).toBeGreaterThan(100);
  }, 60_000);

  it(`readInput says what is wrong with a row of ${format}, and never quotes the row`, async () => {
    const secret = 'private words';
    const lines: Record<Format, string> = {
      jsonl: `${secret}\n{"text":"${secret}","language":"${secret}"}\n{"${secret}":1}`,
      csv: `text,stars\n"${secret}",1,2\n${' '.repeat(2)},${secret}`,
      tsv: `text\tstars\n"${secret}"\t1\t2\n${' '.repeat(2)}\t${secret}`,
    };
    const entries = await readWhole(createInputs(Buffer.from(lines[format]), [7]), jobOf(format));
    const wrong = entries!.filter(({ ok }) => !ok);
    expect(wrong.length).toBeGreaterThan(0);
    expect(JSON.stringify(wrong)).not.toContain(secret);
  });
});

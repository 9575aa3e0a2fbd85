import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countInput, type InputEntry, readInput } from '../../../../ingest/submission/input.ts';
import type { JobInputs } from '../../../../ingest/submission/ports.ts';
import {
  FORMAT_NAMES,
  type Format,
  type InputPosition,
  type Job,
} from '../../../../schemas/index.ts';
import { FORMAT_SAMPLES } from '../../../support/format-samples.ts';
import { aJob } from '../../../support/jobs.ts';

const START = { records: 0, bytes: 0 };

/** Creates a store with one object. The object arrives in chunks of the given sizes, in bytes. */
function createInputs(bytes: Buffer, sizes: number[]) {
  const is_binary = /^P[AK]/.test(bytes.toString('latin1', 0, 2));
  return {
    async *read(_, { from }) {
      let at = from;
      for (let i = 0; at < bytes.length; i += 1) {
        const size = sizes[i % sizes.length]! * (is_binary ? 100 : 1);
        yield bytes.subarray(at, at + size);
        at += size;
      }
    },
  } satisfies Pick<JobInputs, 'read'>;
}

function jobOf(format: Format, bytes: number): Job {
  const input = { kind: 'upload' as const, format, key: 'inputs/j', etag: 'e', bytes };
  return aJob({ job_id: 'j', input });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Number of rows of one file at whose end a reader resumes. */
const MAX_RESUMES = 12;

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

/**
 * Reads all entries of the input. Returns undefined if the file does not have the format of the
 * job.
 */
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

for (const format of FORMAT_NAMES) {
  const { contents, createInvalidRows } = FORMAT_SAMPLES[format];

  it(`countInput and readInput find the same records in ${format}, from the start and from every record, however the bytes arrive`, async () => {
    let records = 0;
    await fc.assert(
      fc.asyncProperty(contents, sizes, sizes, async (text, first, second) => {
        const bytes = Buffer.from(text);
        const job = jobOf(format, bytes.length);
        const entries = await readWhole(createInputs(bytes, first), job);
        fc.pre(entries !== undefined);
        records += entries.length;
        expect(entries.map(({ job_index }) => job_index)).toEqual(entries.map((_, i) => i));
        const ends = await collect(countInput(createInputs(bytes, second), job, START));
        expect(ends).toEqual(entries.map((entry) => entry.end));
        const step = Math.ceil(entries.length / MAX_RESUMES);
        for (const [i, { end: from }] of entries.entries()) {
          if (i % step !== 0) continue;
          const rest = await collect(readInput(createInputs(bytes, second), job, from));
          expect(rest).toEqual(entries.slice(i + 1));
          const counted: InputPosition[] = await collect(
            countInput(createInputs(bytes, first), job, from),
          );
          expect(counted).toEqual(ends.slice(i + 1));
        }
      }),
      { numRuns: format === 'xlsx' || format === 'parquet' ? 10 : 100 },
    );
    expect(records).toBeGreaterThan(10);
  }, 60_000);

  it(`readInput says what is wrong with a row of ${format}, and never quotes the row`, async () => {
    const secret = 'private words';
    const bytes = Buffer.from(createInvalidRows(secret));
    const entries = await readWhole(createInputs(bytes, [7]), jobOf(format, bytes.length));
    expect(entries?.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
    expect(JSON.stringify(entries?.filter(({ ok }) => !ok))).not.toContain(secret);
  });
}

import { expect, it } from 'vitest';
import { createPace, type Pace } from '../../../../ingest/submission/pace.ts';
import { createSubmit, type SubmitDeps } from '../../../../ingest/submission/submit.ts';
import type { BulkLoad } from '../../../../jobs/bulk-load.ts';
import { hashText, type Job, ServiceError } from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { NO_LIMITS } from '../../../fakes/pace.ts';
import { createFakeRecordLists } from '../../../fakes/record-lists.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';
import { createLongText } from '../../../support/long-text.ts';
import { createInvocations } from '../../../support/submission.ts';

const KEY = 'inputs/job_1.jsonl';
const AN_HOUR = () => 3_600_000;

/** Creates a PENDING job with an input of these lines, and the services of its submission. */
async function createWorld(lines: string[], more: Partial<SubmitDeps> = {}) {
  const { inputs, objects } = createFakeInputs(new Map([[KEY, Buffer.from(lines.join('\n'))]]));
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  await store.create(
    aJob({ job_id: 'job_1', input: { kind: 'upload', format: 'jsonl', key: KEY } }),
  );
  const { record_lists, pages } = createFakeRecordLists();
  const published: Record<string, unknown>[] = [];
  const keys: string[] = [];
  const deps: SubmitDeps = {
    ...{ store, inputs, record_lists },
    stream: {
      putRecords: async (entries) =>
        entries.map(({ data, partition_key }, i) => {
          keys.push(partition_key);
          published.push(JSON.parse(Buffer.from(data).toString()));
          return { ok: true, shard_id: 's', sequence_number: String(i) };
        }),
    },
    claims: { put: async (_, text) => hashText(text) },
    on_final: async () => {},
    ...NO_LIMITS,
    now: () => JOBS_NOW,
    ...more,
  };
  const read = async () => (await store.get('job_1')) as Job;
  const submit = createInvocations(createSubmit(deps));
  return { store, objects, inputs, pages, published, keys, deps, submit, read };
}
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ text: `Text ${i}` }));

it('a job whose records are all on the stream is due at its deadline alone', async () => {
  const { submit, read } = await createWorld(lines(3));
  expect(await submit('job_1', AN_HOUR)).toBe('done');
  const { due_at, deadline_at, submitted } = await read();
  expect(due_at).toBe(deadline_at);
  expect(submitted?.records).toBe(3);
});

it('a submission keeps the ETag and the size of its input, and reads it under this ETag', async () => {
  const { submit, read } = await createWorld(['{"text":"a"}']);
  await submit('job_1', AN_HOUR);
  expect((await read()).input).toEqual({
    ...{ kind: 'upload', format: 'jsonl', key: KEY, bytes: 12 },
    etag: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});

it('a submission stops at the next checkpoint of a job that is cancelled meanwhile', async () => {
  const world = await createWorld(lines(3_500));
  const { store, published } = world;
  const submitJob = createSubmit({
    ...{ store, inputs: world.inputs, on_final: async () => {}, now: () => JOBS_NOW },
    record_lists: world.deps.record_lists,
    ...NO_LIMITS,
    claims: { put: async () => '' },
    stream: {
      putRecords: async (entries) => {
        published.push(...entries.map(() => ({})));
        await store.transition('job_1', 'CANCELLED', {});
        return entries.map(() => ({ ok: true, shard_id: 's', sequence_number: '1' }));
      },
    },
  });
  expect(await createInvocations(submitJob)('job_1', AN_HOUR)).toBe('ignored');
  expect(published).toHaveLength(1_000);
});

it('a text that does not fit on the stream goes to the claim store of its tenant', async () => {
  const stored: [string, number][] = [];
  const { submit, published } = await createWorld([JSON.stringify({ text: createLongText() })], {
    claims: {
      put: async (tenant, text) => {
        stored.push([tenant, text.length]);
        return hashText(text);
      },
    },
  });
  expect(await submit('job_1', AN_HOUR)).toBe('done');
  expect(stored).toEqual([['acme', 1_048_576]]);
  expect(published).toMatchObject([{ text_claim: hashText(createLongText()), job_index: 0 }]);
}, 60_000);

it('a record that the publisher refuses is a bug, and its job does not go on without it', async () => {
  const { submit, read } = await createWorld([JSON.stringify({ text: createLongText() })], {
    claims: { put: async () => 'no hash' },
  });
  await expect(submit('job_1', AN_HOUR)).rejects.toThrow('A record was refused: invalid_record');
  expect((await read()).submitted).toBeUndefined();
}, 60_000);

it('a submission whose stream is down moves no checkpoint', async () => {
  const { submit, read } = await createWorld(lines(2), {
    stream: {
      putRecords: async () => {
        throw new ServiceError('kinesis', 'AccessDeniedException', { retryable: false });
      },
    },
  });
  await expect(submit('job_1', AN_HOUR)).rejects.toMatchObject({
    ...{ name: 'SubmissionInterruptedError', message: 'AccessDeniedException' },
  });
  expect(await read()).toMatchObject({ status: 'PROCESSING', total: 2 });
  expect(await read()).not.toHaveProperty('submitted');
});

it('an input that is announced and is gone again leaves its job PENDING', async () => {
  const { submit, read, objects } = await createWorld([]);
  objects.delete(KEY);
  expect(await submit('job_1', AN_HOUR, KEY)).toBe('ignored');
  expect(await read()).toMatchObject({ status: 'PENDING' });
});

it('a job that is final costs no read of its input', async () => {
  const world = await createWorld(lines(1));
  await world.store.transition('job_1', 'CANCELLED', {});
  world.inputs.head = () => Promise.reject(new Error('it was read'));
  expect(await world.submit('job_1', AN_HOUR)).toBe('ignored');
});

it('a submission closes its input while the stream has no room, and goes on from there', async () => {
  const taken: number[] = [];
  let waits = 0;
  const pace: Pace = {
    takeRoom: (records) => taken.push(records),
    hasRoom: async () => taken.length % 2 === 1,
    waitForRoom: async () => {
      waits += 1;
      return true;
    },
  };
  const world = await createWorld(lines(4_500), { startPace: () => pace });
  const opened: number[] = [];
  const submitJob = createSubmit({
    ...world.deps,
    inputs: {
      ...world.inputs,
      read: (key, at) => {
        opened.push(at.from);
        return world.inputs.read(key, at);
      },
    },
  });
  expect(await createInvocations(submitJob)('job_1', AN_HOUR)).toBe('done');
  expect(world.published.map(({ job_index }) => job_index)).toEqual(
    Array.from({ length: 4_500 }, (_, i) => i),
  );
  expect(waits).toBe(3);
  expect(taken).toEqual([1_000, 1_000, 1_000, 1_000, 500]);
  expect(new Set(opened).size).toBeGreaterThanOrEqual(3);
});

it('a submission hands over without publishing if the stream has no room until its time is up', async () => {
  const full: Pace = {
    ...{ hasRoom: async () => false, waitForRoom: async () => false },
    takeRoom: () => undefined,
  };
  const { submit, published, read } = await createWorld(lines(3), { startPace: () => full });
  expect(await submit('job_1', AN_HOUR)).toBe('more');
  expect(published).toEqual([]);
  expect((await read()).status).toBe('PROCESSING');
});

it('a file of invalid rows alone is submitted at once, however slowly the consumers work', async () => {
  let at = JOBS_NOW;
  const slow: BulkLoad = {
    ...{ lag_ms: 0, records_per_second: 8, batch_ms: 60_000, reported_at: JOBS_NOW - 60_000 },
    is_saturated: false,
  };
  const { submit, read } = await createWorld(Array(2_001).fill('no JSON'), {
    startPace: () =>
      createPace({
        readLoad: async () => slow,
        documents_per_second: 250,
        now: () => at,
        sleep: async (ms) => {
          at += ms;
        },
      }),
  });
  void (await submit('job_1', () => JOBS_NOW + 120_000 - at));
  expect(at).toBe(JOBS_NOW);
  expect((await read()).status).toBe('COMPLETED_WITH_ERRORS');
});

it('a chunk takes room on the stream for its valid rows alone', async () => {
  const taken: number[] = [];
  const { startPace } = NO_LIMITS;
  const rows = lines(1_500).map((line, i) => (i % 3 === 0 ? 'no JSON' : line));
  const { submit } = await createWorld(rows, {
    startPace: () => ({ ...startPace(), takeRoom: (records) => taken.push(records) }),
  });
  expect(await submit('job_1', AN_HOUR)).toBe('done');
  expect(taken).toEqual([666, 334]);
});

it('all records of a job have one stamp: when its texts were accepted, or its file was counted', async () => {
  const counted_at = JOBS_NOW + 7_000;
  for (const [kind, stamp] of [
    ['upload', counted_at],
    ['documents', JOBS_NOW],
  ] as const) {
    const world = await createWorld(lines(3), { now: () => counted_at });
    void (await world.store.update('job_1', ['PENDING'], {
      input: { kind, format: 'jsonl', key: KEY },
    }));
    await world.submit('job_1', AN_HOUR);
    expect(world.published.map((record) => record.stamp)).toEqual([stamp, stamp, stamp]);
  }
});

it('a small job goes to one shard, and a submission that resumes spreads its records', async () => {
  const small = await createWorld(lines(3));
  await small.submit('job_1', AN_HOUR);
  expect(small.keys).toEqual(['job_1', 'job_1', 'job_1']);
  let chunks = 0;
  const pace: Pace = {
    ...{ waitForRoom: async () => true, hasRoom: async () => false },
    takeRoom: () => {
      chunks += 1;
      if (chunks === 2) throw new ServiceError('s3', 'SlowDown', { retryable: true });
    },
  };
  const world = await createWorld(lines(1_003), { startPace: () => pace });
  await expect(world.submit('job_1', AN_HOUR)).rejects.toThrow('SlowDown');
  expect(new Set(world.keys)).toEqual(new Set(['job_1']));
  expect(world.keys).toHaveLength(1_000);
  await world.submit('job_1', AN_HOUR);
  expect(new Set(world.keys.slice(1_000)).size).toBe(3);
  expect(world.keys.slice(1_000)).not.toContain('job_1');
});

it('a submission lists the identity of each record and the issues of each invalid row, and none of their words', async () => {
  const rows = [
    '{"text":"private words","record_id":"a","source":"s","record_version":3,"author":"Ada"}',
    '{"text":5,"author":"Ada"}',
    '{"text":"more private words"}',
  ];
  const { submit, pages } = await createWorld(rows);
  expect(await submit('job_1', AN_HOUR)).toBe('done');
  const [[key, listed] = []] = [...pages];
  expect(key).toMatch(/^record-lists\/job_1\/\d+\/00000\.json\.gz$/);
  expect(listed).toEqual([
    { source: 's', record_id: 'a', record_version: 3, length: 13 },
    { issues: [{ path: 'text', message: expect.any(String) }] },
    { source: 'api', record_id: 'job_1:2', length: 18 },
  ]);
  expect(JSON.stringify(listed)).not.toMatch(/private|Ada/);
});

it('a submission lists the records of a page before it publishes them, and an invocation that repeats a page lists it again in its place', async () => {
  const all = lines(2_500);
  const world = await createWorld(all);
  const { deps, pages, submit } = world;
  const listed_first: boolean[] = [];
  const { putRecords } = deps.stream;
  deps.stream.putRecords = async (entries) => {
    const index = Number(/:(\d+)"/.exec(Buffer.from(entries[0]!.data).toString())?.[1]);
    listed_first.push(
      [...pages.keys()].some((key) => key.includes(`/0000${Math.floor(index / 1_000)}.`)),
    );
    return putRecords(entries);
  };
  const { advance } = deps.store;
  let crashes = 1;
  deps.store.advance = async (...args) => {
    if (args[3].records === 2_000 && crashes-- > 0) throw new Error('The process has crashed');
    return advance(...args);
  };
  await expect(submit('job_1', AN_HOUR)).rejects.toThrow('crashed');
  expect(pages.size).toBe(2);
  await world.store.update('job_1', ['PROCESSING'], { lease: undefined });
  expect(await submit('job_1', AN_HOUR)).toBe('done');
  expect(listed_first).not.toContain(false);
  const ids = [...pages.values()].flat().map((one) => 'record_id' in one && one.record_id);
  expect(ids).toEqual(all.map((_, i) => `job_1:${i}`));
});

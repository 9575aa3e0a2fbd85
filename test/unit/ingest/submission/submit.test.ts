import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { FORMAT_NAMES } from '../../../../schemas/index.ts';
import { FORMAT_SAMPLES } from '../../../support/format-samples.ts';
import { aJob } from '../../../support/jobs.ts';
import { createJob, createWorld, KEY } from './submit-world.ts';

const AN_HOUR = () => 3_600_000;

it('A submission that runs out of time keeps its checkpoint, and the next invocation continues from it', async () => {
  const lines = Array.from({ length: 2_500 }, (_, i) => JSON.stringify({ text: `Text ${i}` }));
  const { store, invoke, published } = createWorld(lines.join('\n'));
  await createJob(store);
  const left = [3_600_000, 3_600_000];
  const slow = () => (left.length > 0 ? left.shift()! : 1_000);
  let ended = await invoke('j', slow);
  let invocations = 1;
  while (ended === 'more') {
    expect(invocations).toBeLessThan(3_000);
    ended = await invoke('j', () => 1_000);
    invocations += 1;
  }
  expect(ended).toBe('done');
  expect(invocations).toBeGreaterThan(2);
  expect(published).toHaveLength(2_500);
  expect((await store.get('j'))!.submitted!.records).toBe(2_500);
});

it.each([
  ['', 'INPUT_EMPTY'],
  ['\n\n  \n', 'INPUT_EMPTY'],
])('A job whose input is %j becomes FAILED with %s', async (content, code) => {
  const { store, invoke } = createWorld(content);
  await createJob(store);
  await invoke('j', AN_HOUR);
  expect(await store.get('j')).toMatchObject({ status: 'FAILED', error: { code } });
});

it.each(['Review,a\nprivate,5', '<html>private</html>', 'PAR1 private', 'private'])(
  'A job whose input is no readable CSV becomes FAILED, and its error does not quote the file: %j',
  async (content) => {
    const { store, invoke } = createWorld(content);
    await createJob(store, 'csv');
    await invoke('j', AN_HOUR);
    const job = (await store.get('j'))!;
    expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INPUT_UNREADABLE' } });
    expect(JSON.stringify(job.error)).not.toContain('private');
  },
);

it('A job reads its file with the options of its upload, also if the file is packed', async () => {
  const content = gzipSync(Buffer.from('Nr;Meinung\n7;Größe passt\n', 'latin1'));
  const { store, invoke, published } = createWorld(content);
  const options = { encoding: 'latin1', text_field: 'meinung', id_field: 'nr' };
  await createJob(store, 'csv', options);
  expect(await invoke('j', AN_HOUR, KEY)).toBe('done');
  expect(published).toEqual(['7']);
});

it('A job whose file is replaced while it is read becomes FAILED with INPUT_CHANGED', async () => {
  const { store, invoke, objects } = createWorld('{"text":"a"}');
  await createJob(store);
  await store.update('j', ['PENDING'], {
    input: { kind: 'upload', format: 'jsonl', key: KEY, etag: 'of the first', bytes: 1 },
  });
  expect(objects.size).toBe(1);
  await invoke('j', AN_HOUR);
  expect(await store.get('j')).toMatchObject({
    status: 'FAILED',
    error: { code: 'INPUT_CHANGED' },
  });
});

it('A submission publishes nothing for a job that is cancelled or does not exist', async () => {
  const { store, invoke, published } = createWorld('{"text":"a"}');
  await createJob(store);
  await store.transition('j', 'CANCELLED', {});
  expect(await invoke('j', AN_HOUR)).toBe('ignored');
  expect(await invoke('unknown', AN_HOUR)).toBe('ignored');
  expect(published).toEqual([]);
});

it.each(FORMAT_NAMES)(
  'A job in the format %s publishes the records of its file',
  async (format) => {
    const { store, invoke, published } = createWorld(FORMAT_SAMPLES[format].two_records);
    await createJob(store, format);
    expect(await invoke('j', AN_HOUR, KEY)).toBe('done');
    const ids = format === 'text' ? ['j:0', 'j:1'] : ['r1', 'r2'];
    expect(published).toEqual(ids);
    expect(await store.get('j')).toMatchObject({ status: 'PROCESSING', total: 2 });
  },
);

it('A job stays PENDING while its input has not arrived', async () => {
  const { store, invoke, objects } = createWorld('');
  objects.delete(KEY);
  await createJob(store);
  expect(await invoke('j', AN_HOUR)).toBe('ignored');
  expect(await store.get('j')).toMatchObject({ status: 'PENDING' });
});

it('A job whose input arrives under the key of another format becomes FAILED, and its error names both keys', async () => {
  const { store, invoke, objects } = createWorld('');
  objects.delete(KEY);
  await createJob(store);
  expect(await invoke('j', AN_HOUR, 'inputs/j.parquet')).toBe('failed');
  const job = await store.get('j');
  expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INPUT_UNREADABLE' } });
  expect(job?.error?.message).toContain(KEY);
  expect(job?.error?.message).toContain('inputs/j.parquet');
});

it('A stray object beside the input of a job does not harm the job', async () => {
  const { store, invoke, published, objects } = createWorld('{"text":"one"}');
  await createJob(store);
  objects.set('inputs/j.parquet', Buffer.from('a stray text'));
  expect(await invoke('j', AN_HOUR, 'inputs/j.parquet')).toBe('done');
  expect(published).toHaveLength(1);
  expect([...objects.keys()]).toEqual([KEY]);
});

it.each(['COMPLETED', 'FAILED', 'CANCELLED', undefined] as const)(
  'An upload that arrives when its job is %s is deleted',
  async (status) => {
    const { store, invoke, objects } = createWorld('{"text":"one"}');
    if (status !== undefined) await store.create(aJob({ job_id: 'j', status }));
    expect(await invoke('j', AN_HOUR, KEY)).toBe('ignored');
    expect(objects.size).toBe(0);
  },
);

it('A message that names no object deletes nothing', async () => {
  const { invoke, objects } = createWorld('{"text":"one"}');
  expect(await invoke('j', AN_HOUR)).toBe('ignored');
  expect(objects.size).toBe(1);
});

it('A submission whose job is cancelled and whose input is deleted meanwhile ends without an error', async () => {
  const world = createWorld('{"text":"one"}\n{"text":"two"}');
  const { store, objects, deps, invoke } = world;
  await createJob(store);
  const { startPace } = deps;
  deps.startPace = () => {
    objects.clear();
    void store.transition('j', 'CANCELLED', {});
    return startPace();
  };
  expect(await invoke('j', AN_HOUR, KEY)).toBe('ignored');
  expect((await store.get('j'))?.error).toBeUndefined();
});

it('A job keeps the etag and the size of its input from the start of its submission', async () => {
  const { store, invoke, inputs } = createWorld('{"text":"one"}');
  await createJob(store);
  await invoke('j', AN_HOUR);
  const { etag } = (await inputs.head(KEY))!;
  expect((await store.get('j'))?.input).toEqual({
    kind: 'upload',
    format: 'jsonl',
    key: KEY,
    etag,
    bytes: 14,
  });
});

it('A submission whose job leaves PENDING while its input is looked up publishes nothing', async () => {
  const { inputs } = createWorld('{"text":"one"}');
  const world = createWorld('{"text":"one"}', undefined, {
    inputs: {
      ...inputs,
      head: async (key) => {
        await world.store.transition('j', 'CANCELLED', {});
        return inputs.head(key);
      },
    },
  });
  await createJob(world.store);
  expect(await world.invoke('j', AN_HOUR)).toBe('ignored');
  expect(world.published).toEqual([]);
  expect((await world.store.get('j'))?.input).not.toHaveProperty('etag');
});

it('A submission that a service interrupts leaves its job as it is, and the error goes to the caller', async () => {
  const { store, invoke } = createWorld('{"text":"one"}', () => 'before');
  await createJob(store);
  await expect(invoke('j', AN_HOUR)).rejects.toThrow('some: Down');
  expect(await store.get('j')).toMatchObject({ status: 'PENDING' });
});

it('An object that arrives again under the right key changes nothing while the input is missing', async () => {
  const { store, invoke, objects } = createWorld('');
  objects.delete(KEY);
  await createJob(store);
  expect(await invoke('j', AN_HOUR, KEY)).toBe('ignored');
  expect(await store.get('j')).toMatchObject({ status: 'PENDING' });
});

import { describe, expect, it, vi } from 'vitest';
import { SourceBusy } from '../../../../ingest/connectors/errors.ts';
import { createSourceFetch } from '../../../../ingest/connectors/http/fetch.ts';
import { readRetryAfter } from '../../../../ingest/connectors/http/retry-after.ts';
import { createRecordId } from '../../../../ingest/connectors/record-ids.ts';
import { gatherBatches } from '../../../../ingest/connectors/runner/gather-batches.ts';
import { clampTime } from '../../../../ingest/connectors/times.ts';

describe('The id of a record', () => {
  it('has the foreign id where it fits, and else its hash, never one id for two', () => {
    expect(createRecordId('hn', '46100002')).toBe('hn:46100002');
    expect(createRecordId('rss', 'https://example.com/a?b=1')).toMatch(/^rss:[\w-]{43}$/);
    expect(createRecordId('x', 'a'.repeat(200))).toMatch(/^x:[\w-]{43}$/);
    expect(createRecordId('x', 'a/b', 'c')).not.toBe(createRecordId('x', 'a', 'b/c'));
  });
});

describe('A declared time', () => {
  const event_time = '2026-11-25T09:00:00Z';
  it.each([
    ['2026-11-25T09:04:00Z', true],
    ['2016-12-01T00:00:00Z', true],
    ['2026-11-25T09:06:00Z', false],
    ['0001-01-01T00:00:00Z', false],
    ['2099-01-01T00:00:00Z', false],
    ['soon', false],
    [undefined, false],
  ])('%s: %s', (declared, stays) => {
    expect(clampTime(declared, event_time)).toBe(stays ? declared : event_time);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-25T09:00:00Z');
  it.each([
    ['120', 120_000],
    ['Wed, 25 Nov 2026 09:01:00 GMT', 60_000],
    ['Wed, 25 Nov 2026 08:00:00 GMT', 0],
    ['later', undefined],
    ['', undefined],
  ])('%j is a wait of %s ms', (value, wait_ms) => {
    expect(readRetryAfter(new Headers({ 'retry-after': value }), now)).toBe(wait_ms);
  });

  it('The fetch of a source throws with the wait for 429 and 503, and returns other answers', async () => {
    const answer = vi.fn<typeof fetch>();
    const read = createSourceFetch({
      ...{
        user_agent: 'test',
        signal: new AbortController().signal,
        now: () => now,
        fetch: answer,
      },
    });
    for (const status of [429, 503]) {
      answer.mockResolvedValueOnce(new Response('', { status, headers: { 'retry-after': '7' } }));
      const error = await read('http://127.0.0.1/').catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(SourceBusy);
      expect(error).toMatchObject({ wait_ms: 7_000 });
    }
    answer.mockResolvedValueOnce(new Response('', { status: 404 }));
    expect((await read('http://127.0.0.1/')).status).toBe(404);
    expect(new Headers(answer.mock.calls[0]?.[1]?.headers).get('user-agent')).toBe('test');
  });
});

describe('Batches', () => {
  it('While the consumer is busy, the source is asked for no more than the limit', async () => {
    let asked = 0;
    async function* source() {
      for (;;) {
        asked += 1;
        yield asked;
      }
    }
    const signal = new AbortController().signal;
    const batches = gatherBatches(source(), { max_items: 10, signal });
    await batches.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBeLessThanOrEqual(21);
    const { value } = await batches.next();
    expect(value?.length).toBeLessThanOrEqual(10);
    await batches.return();
  });

  it('An error of the source follows the items before it', async () => {
    async function* source() {
      yield 1;
      yield 2;
      throw new Error('lost');
    }
    const seen: number[] = [];
    await expect(async () => {
      const signal = new AbortController().signal;
      for await (const batch of gatherBatches(source(), { max_items: 10, signal }))
        seen.push(...batch);
    }).rejects.toThrow('lost');
    expect(seen).toEqual([1, 2]);
  });

  it('An aborted signal ends a source that stays silent', async () => {
    const stop = new AbortController();
    async function* source() {
      yield 1;
      await new Promise(() => undefined);
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of gatherBatches(source(), { max_items: 10, signal: stop.signal })) {
        seen.push(...batch);
        stop.abort();
      }
    })();
    await reading;
    expect(seen).toEqual([1]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deriveJobRecordId, isFinal } from '../../../../schemas/index.ts';
import { REPEATS } from '../../../support/repeats.ts';
import { createJob, createWorld } from './submit-world.ts';

const A_DAY = 86_400_000;

it(
  'A submission publishes every record under one identity, whatever fails and however often it resumes, and repeats a chunk only if a call failed',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3_500 }),
        fc.integer({ min: 0, max: 20 }),
        fc.array(fc.constantFrom('before', 'after', undefined, undefined), { maxLength: 30 }),
        fc.array(fc.boolean(), { maxLength: 10 }),
        async (records, bad_every, failures, times_short) => {
          const lines = Array.from({ length: records }, (_, i) =>
            bad_every > 0 && i % bad_every === 0
              ? 'no JSON'
              : JSON.stringify({ text: `Text ${i}` }),
          );
          const failed = failures.filter((failure) => failure !== undefined).length;
          const world = createWorld(lines.join('\n'), () => failures.shift());
          const { clock, store, submit, published } = world;
          await createJob(store);
          let owners = 0;
          let from: string | undefined;
          const invoke = async () => {
            owners += 1;
            const request = { job_id: 'j', owner: `owner-${owners}`, from, hops: 0 };
            const is_short = times_short.shift() ?? false;
            const outcome = await submit(request, () => (is_short ? 1_000 : 3_600_000)).catch(
              (cause: unknown) => {
                const { name } = cause as Error;
                expect(['ServiceError', 'SubmissionInterruptedError']).toContain(name);
                return 'interrupted' as const;
              },
            );
            return { outcome, owner: request.owner };
          };
          for (let tries = 0; ; tries += 1) {
            expect(tries).toBeLessThan(100);
            // Two invocations run concurrently, because the queue can deliver a message twice.
            const both = await Promise.all([invoke(), invoke()]);
            const { status } = (await store.get('j'))!;
            if (both.some(({ outcome }) => outcome === 'done') || isFinal(status)) break;
            from = both.find(({ outcome }) => outcome === 'more')?.owner;
            // No invocation continues, so the sweeper resumes the submission when the lease has ended.
            if (from === undefined) clock.at += A_DAY / 10;
          }
          const job = (await store.get('j'))!;
          const good = lines.flatMap((line, i) =>
            line === 'no JSON' ? [] : [deriveJobRecordId('j', i)],
          );
          expect(job.total).toBe(records);
          expect(new Set(published)).toEqual(new Set(good));
          expect(published.length - good.length).toBeLessThanOrEqual(1_000 * failed);
          const set_aside = (await store.pages(job)).reduce(
            (sum, page) => sum + (page.counts?.set_aside ?? page.done.set_aside?.size ?? 0),
            0,
          );
          expect(set_aside).toBe(records - good.length);
          expect(job.status).toBe(good.length === 0 ? 'COMPLETED_WITH_ERRORS' : 'PROCESSING');
        },
      ),
      { numRuns: 80 * REPEATS },
    );
  },
  120_000 * REPEATS,
);

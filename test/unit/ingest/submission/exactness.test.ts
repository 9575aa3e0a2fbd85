import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deriveJobRecordId } from '../../../../schemas/index.ts';
import { createJob, createWorld } from './submit-world.ts';

it('A submission publishes every record under one identity, whatever fails and however often it resumes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3_500 }),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.constantFrom('before', 'after', undefined, undefined), { maxLength: 30 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      async (records, bad_every, failures, times_short) => {
        const lines = Array.from({ length: records }, (_, i) =>
          bad_every > 0 && i % bad_every === 0 ? 'no JSON' : JSON.stringify({ text: `Text ${i}` }),
        );
        const { store, submit, published } = createWorld(lines.join('\n'), () => failures.shift());
        await createJob(store);
        const once = () => {
          const is_short = times_short.shift() ?? false;
          return submit('j', () => (is_short ? 1_000 : 3_600_000)).catch((cause: unknown) => {
            expect(['ServiceError', 'SubmissionInterruptedError']).toContain((cause as Error).name);
            return 'failed' as const;
          });
        };
        for (let tries = 0; ; tries += 1) {
          expect(tries).toBeLessThan(100);
          // Two submissions run concurrently, because the queue can deliver a message twice.
          const [one, other] = await Promise.all([once(), once()]);
          if (one === 'done' && other === 'done') break;
          const job = (await store.get('j'))!;
          if (job.status !== 'PENDING' && job.status !== 'PROCESSING') break;
          if ([one, other].every((end) => end === 'ignored')) break;
        }
        const job = (await store.get('j'))!;
        const good = lines.flatMap((line, i) =>
          line === 'no JSON' ? [] : [deriveJobRecordId('j', i)],
        );
        expect(job.total).toBe(records);
        expect(new Set(published)).toEqual(new Set(good));
        const set_aside = (await store.pages(job)).reduce(
          (sum, page) => sum + (page.counts?.set_aside ?? page.done.set_aside?.size ?? 0),
          0,
        );
        expect(set_aside).toBe(records - good.length);
        expect(job.status).toBe(good.length === 0 ? 'COMPLETED_WITH_ERRORS' : 'PROCESSING');
      },
    ),
    { numRuns: 80 },
  );
}, 60_000);

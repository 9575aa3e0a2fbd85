import { describe, expect, it } from 'vitest';
import { paced } from '../../../../processors/analysis/pace.ts';

describe('a paced analyzer', () => {
  it('starts no two calls closer than its share of the quota allows', async () => {
    let now = 1_000;
    const started: number[] = [];
    const analyzer = paced(
      {
        name: 'fake',
        version: '1',
        max_documents: 25,
        max_document_bytes: 5_000,
        supports: () => true,
        async detectSentiment() {
          started.push(now);
          return [];
        },
      },
      {
        calls_per_second: 4,
        now: () => now,
        async pause(milliseconds) {
          now += milliseconds;
        },
      },
    );
    for (let i = 0; i < 5; i += 1) await analyzer.detectSentiment(['a'], 'en');
    now += 10_000;
    await analyzer.detectSentiment(['a'], 'en');
    expect(started).toEqual([1_000, 1_250, 1_500, 1_750, 2_000, 12_000]);
  });
});

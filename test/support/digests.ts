import type { Bucket } from '../../insight/counts/read.ts';
import {
  type Digest,
  type DigestDefinition,
  digestDefinitionSchema,
  digestSchema,
  type Result,
} from '../../schemas/index.ts';

/** Records of a source in a bucket, by code of their outcome, such as `{ pos: 3, neg: 1 }`. */
export function aBucket(start: string, source: string, counts: Record<string, number>): Bucket {
  const measures = Object.entries(counts).map(([code, records]) => [`n.en.${code}`, records]);
  return {
    start_ms: Date.parse(start),
    source,
    measures: Object.fromEntries(measures),
    changed_at: 0,
  };
}

/** A text that a digest may show. */
export function aText(fields: Partial<Result>): Result {
  return {
    ...{ tenant: 'acme', source: 'app', record_id: 'r-1', status: 'analyzed' },
    ...{ sentiment: 'NEGATIVE', score: 0.9, created_at: '2026-11-20T10:00:00.000Z' },
    ...{ language_code: 'en', text: 'It crashes' },
    ...fields,
  } as Result;
}

const FIGURES = { records: 10, net_sentiment: -0.2, negative_share: 0.5, positive_share: 0.3 };
const BEFORE = { records: 8, net_sentiment: 0.1, negative_share: 0.25, positive_share: 0.35 };

/** A digest of a week in which net sentiment fell. */
export function aDigest(fields: Partial<Digest> = {}): Digest {
  const over_time = Array.from({ length: 7 }, (_, day) => ({
    ...FIGURES,
    start: new Date(Date.UTC(2026, 10, 16 + day)).toISOString(),
  }));
  return digestSchema.parse({
    ...{ tenant: 'acme', cadence: 'weekly', total: FIGURES, before: BEFORE, over_time },
    period: { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
    previous: { from: '2026-11-09T00:00:00.000Z', to: '2026-11-16T00:00:00.000Z' },
    sources: [{ source: 'app', ...FIGURES, before: BEFORE }],
    moved_by: { source: 'app', sentiment: 'NEGATIVE' },
    texts: [
      {
        ...{ source: 'app', record_id: 'r-1', sentiment: 'NEGATIVE', score: 0.9 },
        ...{ created_at: '2026-11-20T10:00:00.000Z', language_code: 'en', text: 'It crashes' },
      },
    ],
    ...fields,
  });
}

/** A weekly digest of the tenant `acme` with one webhook. */
export function aDigestDefinition(fields: Partial<DigestDefinition> = {}): DigestDefinition {
  return digestDefinitionSchema.parse({
    ...{ tenant: 'acme', name: 'weekly', cadence: 'weekly' },
    to: [{ kind: 'webhook', url: 'https://hooks.example/path?token=secret' }],
    updated_at: '2026-11-20T06:00:00.000Z',
    ...fields,
  });
}

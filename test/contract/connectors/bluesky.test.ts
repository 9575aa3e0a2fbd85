import { describe } from 'vitest';
import { bluesky } from '../../../ingest/connectors/sources/bluesky/source.ts';
import { startBlueskyStub } from '../../stubs/bluesky/stub.ts';
import { describeSource } from '../suites/source.ts';

describe('Bluesky', () => {
  describeSource({
    source: bluesky,
    startStub: () => startBlueskyStub({ ping_ms: 50 }),
    options: ({ url }) => ({ url, silence_seconds: 0.5 }),
  });
});

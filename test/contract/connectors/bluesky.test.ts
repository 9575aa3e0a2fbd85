import { describe, expect, it } from 'vitest';
import { createSourceFetch } from '../../../ingest/connectors/http/fetch.ts';
import { lookUpPosts } from '../../../ingest/connectors/sources/bluesky/look-up.ts';
import { bluesky } from '../../../ingest/connectors/sources/bluesky/source.ts';
import { didOf } from '../../stubs/bluesky/events.ts';
import { startBlueskyStub } from '../../stubs/bluesky/stub.ts';
import { describeSource } from '../suites/source.ts';

describe('Bluesky', async () => {
  await describeSource({
    source: bluesky,
    startStub: () => startBlueskyStub({ ping_ms: 50 }),
    options: ({ url }) => ({ url, api_url: url.replace('ws:', 'http:'), silence_seconds: 1.5 }),
  });

  it('A look at posts shows which are there, which are gone, and says nothing of ids that it cannot ask for', async () => {
    const stub = await startBlueskyStub();
    const idOf = (rkey: string) => `bsky:${didOf('ada').replace('did:', '')}:${rkey}`;
    stub.post({ id: '3aaa', text: 'one', author: 'ada' });
    stub.post({ id: '3bbb', text: 'two', author: 'ada' });
    stub.removeSilently('3bbb');
    stub.editSilently('3aaa', 'one, edited');
    const signal = new AbortController().signal;
    const fetch = createSourceFetch({ user_agent: 'test', signal, now: Date.now });
    const ids = [idOf('3aaa'), idOf('3bbb'), 'bsky:WHc3UZZbIQ'];
    const sightings = await lookUpPosts(ids, stub.url.replace('ws:', 'http:'), { fetch });
    expect(sightings).toMatchObject([
      { record_id: ids[0], record: { text: 'one, edited', author: didOf('ada') } },
      { record_id: ids[1] },
    ]);
    expect(sightings[1]).not.toHaveProperty('record');
    await stub.close();
    await expect(lookUpPosts(ids, stub.url.replace('ws:', 'http:'), { fetch })).rejects.toThrow();
  });
});

import {
  clientConfig,
  createDynamoDb,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVerdictCache } from '../../aws/dynamodb/verdict-cache.ts';
import type { VerdictCache } from '../../processors/analysis/ports.ts';
import { findLeadingSentiment, type Verdict } from '../../schemas/index.ts';
import { createFakeCache } from '../fakes/verdict-cache.ts';

interface Opened {
  cache: VerdictCache;
  close(): Promise<void>;
}

async function openDynamoDb(): Promise<Opened> {
  const now = Date.now;
  const served: ServedService = await serveService(await createDynamoDb({ now }));
  const client = new DynamoDBClient(clientConfig(served.endpoint));
  await client.send(
    new CreateTableCommand({
      TableName: 'cache',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'fingerprint', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'fingerprint', AttributeType: 'S' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName: 'cache' });
  return {
    cache: createVerdictCache({ client, table_name: 'cache', ttl_seconds: 3_600, now }),
    async close() {
      client.destroy();
      await served.close();
    },
  };
}

/** Generates scores in single precision, because services return scores in single precision. */
const score = fc.float({ min: 0, max: 1, noNaN: true }).map((value) => Math.abs(value));
const verdict = fc
  .record({ positive: score, negative: score, neutral: score, mixed: score })
  .chain((scores) =>
    fc.record({
      sentiment: fc.constant(findLeadingSentiment(scores)),
      scores: fc.constant(scores),
      chunks: fc.integer({ min: 1, max: 210 }),
    }),
  );
const fingerprint = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);

const implementations: [string, () => Promise<Opened>][] = [
  ['DynamoDB', openDynamoDb],
  ['in memory', async () => ({ cache: createFakeCache(), close: async () => {} })],
];

describe.each(implementations)('%s', (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  it('A cache returns verdicts as they were put, to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fingerprint, verdict, { minKeys: 1 }), async (rows) => {
        const verdicts = new Map<string, Verdict>(Object.entries(rows));
        await opened.cache.put(verdicts);
        const read = await opened.cache.get([...verdicts.keys()]);
        expect(read).toEqual({ found: verdicts, unreadable: 0 });
      }),
      { numRuns: 25 },
    );
  });

  it('A cache takes and returns more verdicts than fit in one call', async () => {
    const [one] = fc.sample(verdict, 1);
    const verdicts = new Map(Array.from({ length: 230 }, (_, i) => [`many-${i}`, one!]));
    await opened.cache.put(verdicts);
    const keys = [...verdicts.keys()];
    expect((await opened.cache.get([...keys, ...keys])).found.size).toBe(230);
  });

  it('A cache leaves out unknown fingerprints', async () => {
    const [first, second] = fc.sample(verdict, 2);
    await opened.cache.put(new Map([['known', first!]]));
    const read = await opened.cache.get(['known', 'unknown']);
    expect([...read.found.keys()]).toEqual(['known']);
    await opened.cache.put(new Map([['known', second!]]));
    expect((await opened.cache.get(['known'])).found.get('known')).toEqual(second);
  });

  it('A cache accepts an empty put and an empty get', async () => {
    await opened.cache.put(new Map());
    expect(await opened.cache.get([])).toEqual({ found: new Map(), unreadable: 0 });
  });
});

import { ComprehendClient, DetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { createQuotaLedger } from '../../../aws/dynamodb/quota/ledger.ts';
import { LATENCIES } from '../../../bench/services/latency.ts';
import { type Services, startServices } from '../../../bench/services/server.ts';

let services: Services;
afterEach(() => services.close());

const config = () => ({
  endpoint: services.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});

it("the benchmark's DynamoDB gives concurrent ledgers each slot of the quota only once", async () => {
  services = await startServices(LATENCIES.realistic);
  const ledgers = Array.from({ length: 4 }, () =>
    createQuotaLedger({
      client: new DynamoDBClient(config()),
      table_name: 'quota',
      quota: 'comprehend',
      calls_per_second: 100,
      now: Date.now,
    }),
  );
  const reserve = async (ledger: (typeof ledgers)[number]) => {
    const starts: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      starts.push((await ledger.reserve(1, Number.POSITIVE_INFINITY))!.starts_at);
    }
    return starts;
  };
  const starts = (await Promise.all(ledgers.map(reserve))).flat().sort((a, b) => a - b);
  const gaps = starts.slice(1).map((start, i) => start - starts[i]!);
  expect(starts).toHaveLength(40);
  expect(Math.min(...gaps)).toBeGreaterThan(9.99);
});

it("the benchmark's services throttle calls beyond a limit, and count them", async () => {
  services = await startServices(LATENCIES.zero, { 'comprehend.DetectSentiment': 1 });
  const client = new ComprehendClient({ ...config(), maxAttempts: 1 });
  const detect = () => client.send(new DetectSentimentCommand({ Text: 'x', LanguageCode: 'en' }));
  const outcomes = await Promise.allSettled([detect(), detect(), detect()]);
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(failures.map(({ reason }) => reason.name)).toEqual([
    'ThrottlingException',
    'ThrottlingException',
  ]);
  const { calls, usage } = services.readCounts()['comprehend.DetectSentiment']!;
  expect(calls).toBe(3);
  expect(usage).toMatchObject({ throttled: 2, documents: 1 });
});

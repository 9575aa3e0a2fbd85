import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../aws/clients.ts';
import { createComprehendAnalyzer } from '../aws/comprehend.ts';
import { createQuotaLedger } from '../aws/quota-ledger.ts';
import { readStack } from '../aws/stack.ts';
import { createProgress } from '../cli/output/progress.ts';
import { table } from '../cli/output/table.ts';
import { bootCloud } from '../local/boot.ts';
import { governed } from '../processors/analysis/governor.ts';

const HELP = `How much of a quota of 10 calls a second consumers use together, and how often they are refused:
npx tsx bench/governor.ts [--seconds N] [--json]

Against the embedded cloud's Comprehend, which refuses what is above the quota, and its DynamoDB. Beside the governor
stands what goes without one: every consumer calls at will, and the SDK tries again.
`;
const QUOTA = 10;
const TARGET = 9.8;
const CONSUMERS = [1, 4, 10];
const IN_FLIGHT = 4;
const DOCUMENTS = 25;

interface Figure {
  name: 'governed' | 'at will';
  consumers: number;
  /** Of what the quota allows in that time. */
  used: number;
  /** Of all calls. */
  throttled: number;
  /** Calls of the one with fewest to calls of the one with most. */
  fairness: number;
  ledger_writes_per_second: number;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main(Number(values.seconds), values.json);

async function main(seconds: number, json: boolean): Promise<void> {
  const data_dir = await mkdtemp(join(tmpdir(), 'aurastream-bench-'));
  const cloud = await bootCloud({ dataDir: data_dir, port: 0 });
  const config = clientConfig(cloud);
  const progress = createProgress();
  try {
    const { QuotaTableName } = await readStack('AuraStream', new CloudFormationClient(config));
    const figures: Figure[] = [];
    for (const name of ['governed', 'at will'] as const) {
      for (const consumers of CONSUMERS) {
        progress.update(`${consumers} consumers, ${name}`);
        figures.push(
          await measure({ config, table_name: QuotaTableName, name, consumers, seconds }),
        );
      }
    }
    progress.done();
    process.stdout.write(json ? `${JSON.stringify({ figures })}\n` : `${readable(figures)}\n`);
  } finally {
    await cloud.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

async function measure(run: {
  config: ReturnType<typeof clientConfig>;
  table_name: string;
  name: Figure['name'];
  consumers: number;
  seconds: number;
}): Promise<Figure> {
  const { config, table_name, name, consumers, seconds } = run;
  const documents = Array.from({ length: DOCUMENTS }, (_, i) => `It was a good day: ${i}`);
  const counts = { calls: 0, throttled: 0, writes: 0 };
  const own = Array.from({ length: consumers }, () => 0);
  // A full bucket at the start would be a second's calls for nothing.
  await emptied(config);
  const end = Date.now() + seconds * 1_000;
  const workers = own.map((_, i) => {
    const analyzer = createComprehendAnalyzer({
      client: counting(config, counts, name === 'governed' ? 1 : 3),
    });
    const dynamodb = new DynamoDBClient(config);
    const { analyzer: mine } = governed(analyzer, {
      ledger: createQuotaLedger({
        client: {
          send: (command: object) => {
            if (command instanceof UpdateItemCommand) counts.writes += 1;
            return dynamodb.send(command as UpdateItemCommand);
          },
        } as DynamoDBClient,
        table_name,
        quota: `bench-${consumers}`,
        calls_per_second: TARGET,
        now: Date.now,
      }),
      quota_calls_per_second: TARGET,
      fallback_calls_per_second: TARGET / consumers,
      left_ms: () => end - Date.now(),
      now: Date.now,
    });
    const called = name === 'governed' ? mine : analyzer;
    const caller = async () => {
      while (Date.now() < end) {
        const ok = await called.detectSentiment(documents, 'en').then(
          () => true,
          () => false,
        );
        if (ok) own[i]! += 1;
        else await new Promise((resolve) => setTimeout(resolve, 1_000 / QUOTA));
      }
    };
    return Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  });
  await Promise.all(workers);
  const answered = own.reduce((sum, n) => sum + n, 0);
  return {
    name,
    consumers,
    used: answered / (QUOTA * seconds),
    throttled: counts.throttled / counts.calls,
    fairness: Math.min(...own) / Math.max(...own),
    ledger_writes_per_second: counts.writes / seconds,
  };
}

/** Sees every request, those that the SDK repeats included. */
function counting(
  config: ReturnType<typeof clientConfig>,
  counts: { calls: number; throttled: number },
  maxAttempts: number,
): ComprehendClient {
  const client = new ComprehendClient({ ...config, maxAttempts });
  client.middlewareStack.add(
    (next) => async (args) => {
      counts.calls += 1;
      try {
        return await next(args);
      } catch (error) {
        if ((error as Error).name === 'ThrottlingException') counts.throttled += 1;
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}

async function emptied(config: ReturnType<typeof clientConfig>): Promise<void> {
  const analyzer = createComprehendAnalyzer({
    client: new ComprehendClient({ ...config, maxAttempts: 1 }),
  });
  const calls = Array.from({ length: QUOTA * 2 }, () => analyzer.detectSentiment(['x'], 'en'));
  await Promise.allSettled(calls);
  await new Promise((resolve) => setTimeout(resolve, 2_000 / QUOTA));
}

function readable(figures: Figure[]): string {
  const names = Object.keys(figures[0] ?? {});
  return table(
    names,
    figures.map((figure) => ({ ...figure })),
  );
}

import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FunctionSpec } from '@aurastream/embedded-cloud';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { Bundled } from '../../infra/bundling.ts';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { type Baseline, type Figure, figure, type Goal } from '../figures.ts';
import { createFirstEvents, type FirstEvent, withReceiver } from '../first-event.ts';
import { withFolder } from '../folder.ts';
import {
  deployedFunctions,
  environmentOf,
  FUNCTION_NAMES,
  type FunctionName,
  withFunction,
} from '../functions.ts';
import { importedBytes } from '../imported-bytes.ts';
import { median } from '../percentiles.ts';
import type { Run, Suite } from '../suite.ts';

/** The clients that a start of each function constructs: its compose.ts. */
const CLIENTS: Record<FunctionName, string[]> = {
  // Those of S3 and SQS are loaded by the first record that needs them.
  consumer: ['comprehend', 'dynamodb', 'firehose'],
  api: ['athena', 'comprehend', 'dynamodb', 'kinesis', 's3'],
  authorizer: [],
  submission: ['dynamodb', 'kinesis', 's3', 'sqs'],
  callback: ['dynamodb', 'secrets-manager', 'sqs'],
};

const CLASSES: Record<string, string> = {
  athena: 'AthenaClient',
  comprehend: 'ComprehendClient',
  dynamodb: 'DynamoDBClient',
  firehose: 'FirehoseClient',
  kinesis: 'KinesisClient',
  s3: 'S3Client',
  'secrets-manager': 'SecretsManagerClient',
  sqs: 'SQSClient',
};

/** Those on the way of a record and of a caller. */
const QUICK_NAMES: FunctionName[] = ['consumer', 'api'];

const EMPTY = 'export const handler = async () => ({ batchItemFailures: [] });';

const BESIDE_CONSUMER: Partial<Record<Baseline, Bundled>> = {
  per_record: { entry: 'bench/baselines/per-record.ts' },
  powertools: { entry: 'bench/baselines/powertools.ts' },
};

const GOALS: Record<string, Goal> = {
  'bundle_bytes.consumer': { of: 'value', at_most: 614_400 },
  'import_ms.consumer': { of: 'floor', at_most: 1.5 },
};

/**
 * `bundle_bytes` is the JavaScript that a start reads: the module and what it imports statically. `javascript_bytes` is
 * all of it, `asset_bytes` all that is deployed but for source maps. `import_ms` is a fresh
 * process' import of the bundle, with the environment that Lambda gives it; the floor is an empty handler that only
 * constructs the clients that a start of ours constructs. `first_result_ms` is import and first invocation, against the embedded cloud, and
 * `peak_rss` the most memory that the process has had by then.
 */
export const cold_start: Suite = {
  name: 'cold_start',
  title: 'size of each bundle, time to import it, and time to the first result',
  measure: (run) =>
    withCloud(run, { comprehendQuotas: { BatchDetectSentiment: 100_000 } }, (cloud) =>
      withFolder((folder) =>
        withReceiver(async ({ url, received }) => {
          const subjects = await subjectsOf(run, cloud, folder);
          const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
          await createIdempotencyTable(cloud);
          const first = createFirstEvents(cloud, url);
          const samples = run.quick ? 3 : 7;
          // In turns, so that what else the machine does befalls all of them.
          for (let sample = 0; sample < samples; sample += 1) {
            for (const subject of subjects) {
              run.say(`${subject.name}, ${subject.baseline ?? 'ours'}, sample ${sample + 1}`);
              await start(run, runner, subject, () => first[subject.name](sample));
            }
          }
          if (!run.quick && received() !== samples) throw new Error('Not every callback came');
          return figuresOf(subjects);
        }),
      ),
    ),
};

/** A function of ours, or what stands beside it. */
interface Subject {
  name: FunctionName;
  baseline?: Baseline;
  module: string;
  env: Record<string, string>;
  bundle_bytes: number;
  javascript_bytes: number;
  asset_bytes: number;
  import_ms: number[];
  first_result_ms: number[];
  peak_rss_bytes: number[];
}

async function subjectsOf(run: Run, cloud: BenchCloud, folder: string): Promise<Subject[]> {
  const functions = await deployedFunctions();
  const subjects: Subject[] = [];
  for (const name of run.quick ? QUICK_NAMES : FUNCTION_NAMES) {
    const spec = functions[name];
    subjects.push(await subject(name, spec, cloud, spec.module));
    for (const [baseline, beside] of besides(name)) {
      const module = bundle(beside, folder, `${name}-${baseline}`);
      const { env, ...measured } = await subject(name, spec, cloud, module);
      subjects.push({ ...measured, env: { ...env, ...ownerOf(cloud) }, baseline });
    }
  }
  return subjects;
}

function besides(name: FunctionName): [Baseline, Bundled][] {
  const floor: [Baseline, Bundled] = ['floor', { source: `${clients(CLIENTS[name])}\n${EMPTY}` }];
  if (name === 'consumer') {
    return [...(Object.entries(BESIDE_CONSUMER) as [Baseline, Bundled][]), floor];
  }
  return [floor];
}

async function subject(
  name: FunctionName,
  spec: FunctionSpec,
  cloud: BenchCloud,
  module: string,
): Promise<Subject> {
  const env = environmentOf(spec, cloud.endpoint);
  return {
    name,
    module,
    env: { ...env, CALLBACK_ALLOW_LOOPBACK: 'true', IDEMPOTENCY_TABLE },
    bundle_bytes: await importedBytes(module),
    javascript_bytes: await bytesOf(dirname(module), (file) => file.endsWith('.mjs')),
    asset_bytes: await bytesOf(dirname(module), (file) => !file.endsWith('.map')),
    import_ms: [],
    first_result_ms: [],
    peak_rss_bytes: [],
  };
}

/** The function's role grants what our code calls, and nothing that the baselines call. */
function ownerOf({ access_key_id, secret_access_key }: BenchCloud): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: access_key_id, AWS_SECRET_ACCESS_KEY: secret_access_key };
}

const IDEMPOTENCY_TABLE = 'bench-idempotency';

async function createIdempotencyTable({ config }: BenchCloud): Promise<void> {
  const client = new DynamoDBClient(config);
  const key = { AttributeName: 'id' };
  await client.send(
    new CreateTableCommand({
      TableName: IDEMPOTENCY_TABLE,
      AttributeDefinitions: [{ ...key, AttributeType: 'S' }],
      KeySchema: [{ ...key, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const given = { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
  await waitUntilTableExists(given, { TableName: IDEMPOTENCY_TABLE });
  client.destroy();
}

async function bytesOf(folder: string, is_counted: (file: string) => boolean): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && is_counted(entry.name));
  const stats = await Promise.all(
    files.map(({ parentPath, name }) => stat(join(parentPath, name))),
  );
  return stats.reduce((sum, { size }) => sum + size, 0);
}

async function start(
  run: Run,
  runner: string,
  subject: Subject,
  firstEvent: () => Promise<FirstEvent>,
): Promise<void> {
  const { module, env, name, baseline } = subject;
  const first = baseline === 'floor' ? NOTHING : await firstEvent();
  await withFunction({ runner, module, env, signal: run.signal }, async ({ load, invoke }) => {
    const started_at = performance.now();
    const { import_ms } = await load();
    subject.import_ms.push(import_ms);
    const { answer, peak_rss_bytes } = await invoke({ payload: JSON.stringify(first.event) });
    subject.first_result_ms.push(performance.now() - started_at);
    subject.peak_rss_bytes.push(peak_rss_bytes);
    if (!first.answer.test(answer)) throw new Error(`The first result of ${name} is none`);
  });
}

/** What an empty handler does. */
const NOTHING: FirstEvent = { event: {}, answer: /"batchItemFailures":\[\]/ };

function figuresOf(subjects: Subject[]): Figure[] {
  const names = [...new Set(subjects.map(({ name }) => name))];
  return names.flatMap((name) => {
    const [ours, ...beside] = subjects.filter((one) => one.name === name);
    const measured = (what: string, unit: string, of: (subject: Subject) => number) =>
      figure({
        name: `cold_start.${what}.${name}`,
        value: of(ours!),
        unit,
        baselines: Object.fromEntries(beside.map((one) => [one.baseline, of(one)])),
        ...(GOALS[`${what}.${name}`] === undefined ? {} : { goal: GOALS[`${what}.${name}`]! }),
      });
    return [
      measured('bundle_bytes', 'bytes', ({ bundle_bytes }) => bundle_bytes),
      measured('javascript_bytes', 'bytes', ({ javascript_bytes }) => javascript_bytes),
      measured('asset_bytes', 'bytes', ({ asset_bytes }) => asset_bytes),
      // What disturbs a start only adds to it.
      measured('import_ms', 'ms', ({ import_ms }) => Math.min(...import_ms)),
      measured('first_result_ms', 'ms', ({ first_result_ms }) => median(first_result_ms)),
      figure({
        name: `cold_start.peak_rss.${name}`,
        value: median(ours!.peak_rss_bytes),
        unit: 'bytes',
      }),
    ];
  });
}

/** Source that makes a client of each of these services, and keeps it. */
function clients(services: string[]): string {
  return services
    .map((service) => {
      const client = CLASSES[service]!;
      return `import { ${client} } from '@aws-sdk/client-${service}';\nexport const ${client}Kept = new ${client}({});`;
    })
    .join('\n');
}

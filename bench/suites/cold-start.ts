import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FunctionSpec } from '@aurastream/embedded-cloud';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { Bundled } from '../../infra/bundling.ts';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { type Baseline, buildFigure, type Figure, type Goal } from '../figures.ts';
import { createFirstEvents, type FirstEvent, withReceiver } from '../first-event.ts';
import { withFolder } from '../folder.ts';
import {
  environmentOf,
  FUNCTION_NAMES,
  type FunctionName,
  loadDeployedFunctions,
  withFunction,
} from '../functions.ts';
import { measureImportedBytes } from '../imported-bytes.ts';
import { computeMedian } from '../percentiles.ts';
import type { Run, Suite } from '../suite.ts';

/**
 * The SDK clients that each function constructs when it starts. Source: the compose.ts file of each
 * function.
 */
const CLIENTS: Record<FunctionName, string[]> = {
  // The consumer loads the clients of S3 and SQS only when it handles the first record that needs
  // them.
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

/** The functions that a quick run measures. */
const QUICK_NAMES: FunctionName[] = ['consumer', 'api'];

const EMPTY_HANDLER = 'export const handler = async () => ({ batchItemFailures: [] });';

const CONSUMER_BASELINES: Partial<Record<Baseline, Bundled>> = {
  per_record: { entry: 'bench/baselines/per-record.ts' },
  powertools: { entry: 'bench/baselines/powertools.ts' },
};

const GOALS: Record<string, Goal> = {
  'bundle_bytes.consumer': { of: 'value', at_most: 614_400 },
  'import_ms.consumer': { of: 'floor', at_most: 1.5 },
};

/**
 * `bundle_bytes` is the size of the module and of its static imports, which a function reads when
 * it starts. `javascript_bytes` is the size of all deployed JavaScript. `asset_bytes` is the size
 * of all deployed files except source maps. `import_ms` is the time that a new process needs to
 * import the bundle. The floor of `import_ms` is an empty handler that constructs the same clients.
 * `first_result_ms` is the time of the import and of the first invocation against the embedded
 * cloud. `peak_rss` is the peak memory of the process up to the end of the first invocation.
 */
export const cold_start: Suite = {
  name: 'cold_start',
  title: 'size of each bundle, time to import it, and time to the first result',
  measure: (run) =>
    withCloud(run, { comprehendQuotas: { BatchDetectSentiment: 100_000 } }, (cloud) =>
      withFolder((folder) =>
        withReceiver(async ({ url, readCount }) => {
          const subjects = await prepareSubjects(run, cloud, folder);
          const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
          await createIdempotencyTable(cloud);
          const first = createFirstEvents(cloud, url);
          const samples = run.quick ? 3 : 7;
          // Samples alternate between the subjects, so that other load on the machine affects all
          // subjects alike.
          for (let sample = 0; sample < samples; sample += 1) {
            for (const subject of subjects) {
              run.reportStep(
                `${subject.name}, ${subject.baseline ?? 'ours'}, sample ${sample + 1}`,
              );
              await measureStart(run, runner, subject, () => first[subject.name](sample));
            }
          }
          if (!run.quick && readCount() !== samples) {
            throw new Error(`Expected ${samples} callbacks, received ${readCount()}`);
          }
          return buildFigures(subjects);
        }),
      ),
    ),
};

/** A function of the product, or a baseline of a function. */
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

async function prepareSubjects(run: Run, cloud: BenchCloud, folder: string): Promise<Subject[]> {
  const functions = await loadDeployedFunctions();
  const subjects: Subject[] = [];
  for (const name of run.quick ? QUICK_NAMES : FUNCTION_NAMES) {
    const spec = functions[name];
    subjects.push(await prepareSubject(name, spec, cloud, spec.module));
    for (const [baseline, source] of listBaselines(name)) {
      const module = bundle(source, folder, `${name}-${baseline}`);
      const { env: role_env, ...subject } = await prepareSubject(name, spec, cloud, module);
      const { AWS_SESSION_TOKEN: _, ...env } = role_env;
      subjects.push({ ...subject, env: { ...env, ...ownerCredentials(cloud) }, baseline });
    }
  }
  return subjects;
}

function listBaselines(name: FunctionName): [Baseline, Bundled][] {
  const floor: [Baseline, Bundled] = [
    'floor',
    { source: `${writeClientsSource(CLIENTS[name])}\n${EMPTY_HANDLER}` },
  ];
  if (name === 'consumer') {
    return [...(Object.entries(CONSUMER_BASELINES) as [Baseline, Bundled][]), floor];
  }
  return [floor];
}

async function prepareSubject(
  name: FunctionName,
  spec: FunctionSpec,
  cloud: BenchCloud,
  module: string,
): Promise<Subject> {
  const env = environmentOf(spec, cloud.endpoint, cloud.function_credentials[spec.logical_id]);
  return {
    name,
    module,
    env: { ...env, CALLBACK_ALLOW_LOOPBACK: 'true', IDEMPOTENCY_TABLE },
    bundle_bytes: await measureImportedBytes(module),
    javascript_bytes: await measureFolder(dirname(module), (file) => file.endsWith('.mjs')),
    asset_bytes: await measureFolder(dirname(module), (file) => !file.endsWith('.map')),
    import_ms: [],
    first_result_ms: [],
    peak_rss_bytes: [],
  };
}

/**
 * Returns the credentials of the account's owner. The baselines run with these credentials, because
 * the function's role grants only the calls of the product.
 */
function ownerCredentials({
  access_key_id,
  secret_access_key,
}: BenchCloud): Record<string, string> {
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
  const wait = { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
  await waitUntilTableExists(wait, { TableName: IDEMPOTENCY_TABLE });
  client.destroy();
}

async function measureFolder(
  folder: string,
  is_counted: (file: string) => boolean,
): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && is_counted(entry.name));
  const stats = await Promise.all(
    files.map(({ parentPath, name }) => stat(join(parentPath, name))),
  );
  return stats.reduce((sum, { size }) => sum + size, 0);
}

async function measureStart(
  run: Run,
  runner: string,
  subject: Subject,
  firstEvent: () => Promise<FirstEvent>,
): Promise<void> {
  const { module, env, name, baseline } = subject;
  const first = baseline === 'floor' ? EMPTY_EVENT : await firstEvent();
  await withFunction({ runner, module, env, signal: run.signal }, async ({ load, invoke }) => {
    const started_at = performance.now();
    const { import_ms } = await load();
    subject.import_ms.push(import_ms);
    const { answer, peak_rss_bytes } = await invoke({ payload: JSON.stringify(first.event) });
    subject.first_result_ms.push(performance.now() - started_at);
    subject.peak_rss_bytes.push(peak_rss_bytes);
    if (!first.answer.test(answer))
      throw new Error(
        `Expected the first answer of ${name} to match ${first.answer}, got ${answer}`,
      );
  });
}

/** Event for an empty handler. */
const EMPTY_EVENT: FirstEvent = { event: {}, answer: /"batchItemFailures":\[\]/ };

function buildFigures(subjects: Subject[]): Figure[] {
  const names = [...new Set(subjects.map(({ name }) => name))];
  return names.flatMap((name) => {
    const [ours, ...baselines] = subjects.filter((one) => one.name === name);
    const build = (metric: string, unit: string, readValue: (subject: Subject) => number) =>
      buildFigure({
        name: `cold_start.${metric}.${name}`,
        value: readValue(ours!),
        unit,
        baselines: Object.fromEntries(baselines.map((one) => [one.baseline, readValue(one)])),
        ...(GOALS[`${metric}.${name}`] === undefined ? {} : { goal: GOALS[`${metric}.${name}`]! }),
      });
    return [
      build('bundle_bytes', 'bytes', ({ bundle_bytes }) => bundle_bytes),
      build('javascript_bytes', 'bytes', ({ javascript_bytes }) => javascript_bytes),
      build('asset_bytes', 'bytes', ({ asset_bytes }) => asset_bytes),
      // The minimum is the best estimate, because other load on the machine can only make an import
      // slower.
      build('import_ms', 'ms', ({ import_ms }) => Math.min(...import_ms)),
      build('first_result_ms', 'ms', ({ first_result_ms }) => computeMedian(first_result_ms)),
      buildFigure({
        name: `cold_start.peak_rss.${name}`,
        value: computeMedian(ours!.peak_rss_bytes),
        unit: 'bytes',
      }),
    ];
  });
}

/** Writes source code that constructs and exports a client of each service. */
function writeClientsSource(services: string[]): string {
  return services
    .map((service) => {
      const client = CLASSES[service]!;
      return `import { ${client} } from '@aws-sdk/client-${service}';\nexport const ${client}Kept = new ${client}({});`;
    })
    .join('\n');
}

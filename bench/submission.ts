import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createJobStore } from '../aws/job-store.ts';
import { readStack } from '../aws/stack.ts';
import { createProgress } from '../cli/output/progress.ts';
import { table } from '../cli/output/table.ts';
import { bootCloud } from '../local/boot.ts';
import type { Job } from '../schemas/index.ts';

const HELP = `Memory and pace of the function that submits jobs, for files of several sizes, on the embedded cloud:
npx tsx bench/submission.ts [--megabytes 2,20,200] [--json]

The function runs in a process of its own. Checkpoints are how often its progress moved on while somebody looked.
`;
const LINE_BYTES = 4_000;
const DISTINCT_TEXTS = 500;
const POLL_MS = 100;

interface Figure {
  megabytes: number;
  records: number;
  seconds: number;
  megabytes_per_second: number;
  peak_rss_megabytes: number;
  checkpoints: number;
}

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '2,20,200' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main(values.megabytes.split(',').map(Number), values.json);

async function main(sizes: number[], json: boolean): Promise<void> {
  const data_dir = await mkdtemp(join(tmpdir(), 'aurastream-bench-'));
  const cloud = await bootCloud({ dataDir: data_dir, port: 0 });
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: cloud.access_key_id, secretAccessKey: cloud.secret_access_key },
  };
  const stack = await readStack('AuraStream', new CloudFormationClient(config));
  const s3 = new S3Client(config);
  const store = createJobStore({
    client: new DynamoDBClient(config),
    table_name: stack.JobsTableName,
    now: Date.now,
  });
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: cloud.access_key_id,
    AWS_SECRET_ACCESS_KEY: cloud.secret_access_key,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    STREAM_NAME: stack.StreamName,
    JOBS_TABLE: stack.JobsTableName,
    INPUT_BUCKET: stack.InputBucketName,
    JOBS_QUEUE_URL: stack.JobsQueueUrl,
    CALLBACK_QUEUE_URL: stack.CallbackQueueUrl,
  };
  try {
    const figures: Figure[] = [];
    for (const megabytes of sizes) {
      const file = join(data_dir, 'input.jsonl');
      const records = await writeInput(file, megabytes * 1_048_576);
      // Not where its arrival starts the job: here the function is started by hand.
      const job = aJob(`job_bench_${megabytes}`, `bench/${megabytes}.jsonl`);
      await upload(s3, stack.InputBucketName, job.input.key, file);
      await store.create(job);
      figures.push(await submitted({ store, job, env, megabytes, records }));
    }
    process.stdout.write(json ? `${JSON.stringify({ figures })}\n` : `${readable(figures)}\n`);
  } finally {
    await cloud.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

async function submitted(run: {
  store: ReturnType<typeof createJobStore>;
  job: Job;
  env: NodeJS.ProcessEnv;
  megabytes: number;
  records: number;
}): Promise<Figure> {
  const { store, job, env, megabytes, records } = run;
  const progress = createProgress();
  const started = performance.now();
  const child = fork(new URL('submission-function.ts', import.meta.url), [job.job_id], {
    env,
    execArgv: ['--import', 'tsx'],
  });
  let peak = 0;
  child.on('message', ({ rss_bytes }: { rss_bytes: number }) => {
    peak = Math.max(peak, rss_bytes);
  });
  const ended = once(child, 'exit');
  const seen = new Set<number>();
  while (child.exitCode === null) {
    const { counted, submitted: sent } = (await store.get(job.job_id))!;
    const moved = sent?.records ?? 0;
    seen.add((counted?.records ?? 0) + moved);
    progress.update(`${megabytes} MB: ${moved} of ${records} records`);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
  }
  progress.done();
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`The function failed with ${megabytes} MB`);
  const seconds = (performance.now() - started) / 1_000;
  return {
    megabytes,
    records,
    seconds,
    megabytes_per_second: megabytes / seconds,
    peak_rss_megabytes: peak / 1_048_576,
    checkpoints: seen.size,
  };
}

function aJob(job_id: string, key: string): Job {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  return {
    job_id,
    tenant: 'bench',
    status: 'PENDING',
    input: { kind: 'upload', format: 'jsonl', key },
    source_id: 'bench',
    created_at: at(0),
    deadline_at: at(86_400_000),
    due_at: at(86_400_000),
    expires_at: Math.floor(Date.now() / 1_000) + 86_400,
  };
}

async function writeInput(path: string, bytes: number): Promise<number> {
  const file = await open(path, 'w');
  const records = Math.ceil(bytes / LINE_BYTES);
  const word = 'It was a long day, and I loved it. ';
  const lines = Array.from({ length: DISTINCT_TEXTS }, (_, i) => {
    const text = `Text ${i}: `.padEnd(LINE_BYTES - 40, word);
    return `${JSON.stringify({ text, language: 'en' })}\n`;
  });
  for (let i = 0; i < records; i += DISTINCT_TEXTS) {
    await file.write(lines.slice(0, Math.min(DISTINCT_TEXTS, records - i)).join(''));
  }
  await file.close();
  return records;
}

async function upload(s3: S3Client, Bucket: string, Key: string, path: string): Promise<void> {
  const { size: ContentLength } = await stat(path);
  const file = await open(path);
  const Body = file.createReadStream();
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength }));
}

function readable(figures: Figure[]): string {
  const names = Object.keys(figures[0] ?? {});
  return table(
    names,
    figures.map((figure) => ({ ...figure })),
  );
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { bootCloud, type Cloud } from './boot.ts';

const HELP = `Starts AuraStream's embedded cloud and keeps it up until Ctrl-C.

Usage: npm start -- [options]

  --port N    the port of the AWS endpoint and the API (default 4566; 0: any free one)
  --data DIR  where streams, tables and buckets are kept (default .aurastream/cloud)
  --json      print one line of JSON when ready, and nothing else on stdout
  --help      print this
`;

interface Options {
  port: number;
  data: string;
  json: boolean;
}

/** @throws {Error} for an option that is unknown or wrong. */
function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4566' },
      data: { type: 'string', default: join('.aurastream', 'cloud') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535, not ${values.port}.`);
  }
  return { port, data: values.data, json: values.json };
}

/** What other programs need to know of the cloud. */
function machineReadable(cloud: Cloud, data_dir: string) {
  const { outputs } = cloud;
  return {
    endpoint: cloud.endpoint,
    api: cloud.api,
    region: cloud.region,
    access_key_id: cloud.access_key_id,
    secret_access_key: cloud.secret_access_key,
    stream: outputs.StreamName,
    results_table: outputs.ResultsTableName,
    cache_table: outputs.CacheTableName,
    lake_bucket: outputs.LakeBucketName,
    set_aside_bucket: outputs.SetAsideBucketName,
    failure_bucket: outputs.FailureBucketName,
    delivery_stream: outputs.DeliveryStreamName,
    database: outputs.DatabaseName,
    workgroup: outputs.WorkgroupName,
    pid: process.pid,
    data_dir,
  };
}

function forReaders(cloud: Cloud, data_dir: string): string {
  const { outputs } = cloud;
  const rows: [string, string | undefined][] = [
    ['endpoint', cloud.endpoint],
    ['api', cloud.api],
    ['stream', outputs.StreamName],
    ['results table', outputs.ResultsTableName],
    ['cache table', outputs.CacheTableName],
    ['lake', outputs.LakeBucketName],
    ['set-asides', outputs.SetAsideBucketName],
    ['failures', outputs.FailureBucketName],
    ['delivery', outputs.DeliveryStreamName],
    ['database', `${outputs.DatabaseName} (workgroup ${outputs.WorkgroupName})`],
    ['data', data_dir],
  ];
  const table = rows.map(([name, value]) => `  ${pc.dim(name.padEnd(14))}${value ?? '-'}`);
  return [
    pc.bold('AuraStream is up.'),
    ...table,
    '',
    'To use it with any AWS client:',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint}`,
    `  export AWS_REGION=${cloud.region}`,
    `  export AWS_ACCESS_KEY_ID=${cloud.access_key_id}`,
    `  export AWS_SECRET_ACCESS_KEY=${cloud.secret_access_key}`,
    '',
    pc.dim('Ctrl-C stops it; the data stays.'),
    '',
  ].join('\n');
}

/** One line that is written over on a terminal, and lines elsewhere. */
function sayProgress(step: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${pc.dim(step)}` : `${step}\n`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}

function complaint(cause: unknown, port: number): string {
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what uses it, or choose another with --port N (--port 0: any free one).`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** npm and tsx hand a signal on that the terminal has sent to everybody already: that is one Ctrl-C, not two. */
const SAME_SIGNAL_MS = 300;

/** Ends with the first signal; a second one ends the process at once. */
function untilStopped(): Promise<void> {
  let first_at: number | undefined;
  return new Promise((resolve) => {
    const onSignal = () => {
      first_at ??= Date.now();
      if (Date.now() - first_at > SAME_SIGNAL_MS) process.exit(130);
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}

async function start({ port, data, json }: Options): Promise<number> {
  const asked = untilStopped();
  const booting = bootCloud({ dataDir: data, port, onProgress: sayProgress });
  const cloud = await Promise.race([booting, asked]);
  endProgress();
  if (cloud === undefined) {
    await (await booting).close();
    return 0;
  }
  const said = json ? `${JSON.stringify(machineReadable(cloud, data))}\n` : forReaders(cloud, data);
  process.stdout.write(said);
  await asked;
  sayProgress('Stopping');
  await cloud.close();
  endProgress();
  return 0;
}

async function main(): Promise<number> {
  let port = 0;
  try {
    const options = readOptions();
    if (options === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    port = options.port;
    return await start(options);
  } catch (cause) {
    endProgress();
    process.stderr.write(`${pc.red(complaint(cause, port))}\n`);
    return 1;
  }
}

process.exitCode = await main();

import { bootCloud, type Cloud, isDiskFull } from '@aurastream/embedded-cloud';
import { assemblyDir } from '../../infra/synthesize.ts';
import { colours } from '../output/colours.ts';
import { rememberCloud } from '../running-cloud.ts';
import { abortOnInterrupt } from '../stop.ts';
import { explainFullDisk } from './full-disk.ts';
import { prepareKeys } from './keys.ts';
import { formatForPrograms, formatForReaders } from './messages.ts';
import { HELP, type Options, readOptions, toParameters } from './options.ts';

/**
 * Shows the current step of the start. On a terminal, the step overwrites the previous step. If the
 * output is a file or a pipe, each step is a separate line.
 */
function showProgress(step: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${colours.dim(step)}` : `${step}\n`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}

function explainFailure(cause: unknown, { port, data }: Pick<Options, 'port' | 'data'>): string {
  if (isDiskFull(cause)) return explainFullDisk(data);
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop the program that uses it, or choose another port with --port N (0: any free one).`;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const isFolderError = message.includes('data folder');
  return isFolderError ? `${message} Choose it with --data DIR.` : message;
}

/**
 * Ends the process with advice if the disk is full while the cloud runs. The error can come from a
 * timer or from a log file, and then no caller catches it. Any other such error keeps its stack
 * trace.
 */
function exitOnFullDisk(data_dir: string): void {
  process.on('uncaughtException', (error) => {
    clearProgress();
    const message = isDiskFull(error) ? colours.red(explainFullDisk(data_dir)) : error.stack;
    process.stderr.write(`${message}\n`);
    process.exit(1);
  });
}

/** Starts the embedded cloud with the same template and bundles that a deployment to AWS uses. */
async function bootStack(options: Options): Promise<Cloud> {
  return bootCloud({
    assemblyDir: await assemblyDir({
      onSynth: () => showProgress('Synthesizing the template and bundles'),
    }),
    dataDir: options.data,
    port: options.port,
    parameters: toParameters(options),
    onProgress: showProgress,
  });
}

async function start(options: Options): Promise<number> {
  const { data, json } = options;
  const stopping = abortOnInterrupt();
  const stop_signal = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const booting = bootStack(options);
  const cloud = await Promise.race([booting, stop_signal]);
  clearProgress();
  if (cloud === undefined) {
    await (await booting).close();
    return 0;
  }
  const keys = await prepareKeys(cloud);
  await cloud.announce({ ...keys });
  // A home folder that cannot be written must not stop the cloud.
  await rememberCloud(data).catch(() => undefined);
  const format = json ? formatForPrograms : formatForReaders;
  process.stdout.write(format(cloud, keys, data));
  await stop_signal;
  showProgress('Stopping');
  await cloud.close();
  clearProgress();
  return 0;
}

async function main(): Promise<number> {
  let options: Options | 'help' | undefined;
  try {
    options = readOptions();
    if (options === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    exitOnFullDisk(options.data);
    return await start(options);
  } catch (cause) {
    clearProgress();
    const { port, data } = typeof options === 'object' ? options : { port: 0, data: '' };
    process.stderr.write(`${colours.red(explainFailure(cause, { port, data }))}\n`);
    return 1;
  }
}

process.exitCode = await main();

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootCloud } from '@aurastream/embedded-cloud';
import { Command } from 'commander';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';
import { assemblyDir } from '../../infra/synthesize.ts';
import { openRecords } from '../../ingest/sources/read-records.ts';
import { FORMAT_TITLES } from '../../schemas/index.ts';
import { explain } from '../errors.ts';
import { addFileOptions, type FileFlags, readFileOptions } from '../files/options.ts';
import { createProgress } from '../output/progress.ts';
import { abortOnInterrupt, INTERRUPTED } from '../stop.ts';
import { runDemo } from './demo.ts';
import { keepCloud } from './keep.ts';

interface Options extends FileFlags {
  file: string;
  json?: boolean;
  keep?: boolean;
}

const SAMPLE = new URL('../../samples/records.jsonl', import.meta.url).pathname;

const command = new Command('npm run demo --')
  .description('Runs a file of records through the whole of AuraStream, on this machine.')
  .option('--file <path>', `your own ${FORMAT_TITLES} file`, SAMPLE);
const options = addFileOptions(command)
  .option('--json', 'print one machine-readable summary')
  .option('--keep', 'leave the cloud running, and print the address of its dashboard')
  .parse()
  .opts<Options>();

const progress = createProgress();
const stopping = abortOnInterrupt();

const data_dir = await mkdtemp(join(tmpdir(), 'aurastream-demo-'));
let cloud: Awaited<ReturnType<typeof bootCloud>> | undefined;
try {
  // A file that cannot be read is an error before the cloud starts.
  const file = await openRecords({ path: options.file, ...readFileOptions(options) });
  progress.update('Starting the embedded cloud');
  cloud = await bootCloud({
    assemblyDir: await assemblyDir({
      onSynth: () => progress.update('Synthesizing the template and bundles'),
    }),
    dataDir: data_dir,
    parameters: EMBEDDED_PARAMETERS,
    port: 0,
    onProgress: progress.update,
  });
  process.exitCode = await runDemo({
    cloud,
    progress,
    signal: stopping,
    path: options.file,
    file,
    json: options.json === true,
  });
  if (options.keep) await keepCloud({ cloud, data_dir, stopping, json: options.json === true });
} catch (error) {
  progress.finish();
  process.exitCode = stopping.aborted ? INTERRUPTED : 1;
  process.stderr.write(stopping.aborted ? 'Stopped.\n' : `${explain(error)}\n`);
} finally {
  await cloud?.close();
  await rm(data_dir, { recursive: true, force: true });
}

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { openRecords } from '../../ingest/sources/read-records.ts';
import {
  type AsyncResponse,
  FORMAT_TITLES,
  type Format,
  type StatusResponse,
  type UploadOptions,
} from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { addFileOptions, type FileFlags, readFileOptions } from '../files/options.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { describeStatus, watchJob } from './job-progress.ts';
import { aSlug } from './options.ts';

interface SubmitOptions extends FileFlags {
  source?: string;
  callbackUrl?: string;
  watch?: boolean;
  json?: boolean;
}

const EXIT_FAILED = 1;
/** Exit code if some lines of the file are no records, and the others were analysed. */
const EXIT_SOME_FAILED = 2;

/** Creates the command `aurastream job submit FILE`, which uploads a file and creates a job. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .description('analyse a file as a job')
    .argument('<file>', `${FORMAT_TITLES}, up to 5 GB; packed or in other encodings up to 256 MiB`)
    .option('--source <source>', 'source of records that name none', aSlug)
    .option('--callback-url <url>', 'URL to call when the job is final');
  return addFileOptions(command)
    .option('--watch', 'show the progress until the job is final')
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: SubmitOptions, command: Command) => {
      const upload_request = await inspectUpload(file, options);
      const client = await connectApi(command);
      const progress = createProgress();
      const { source, callbackUrl, watch } = options;
      const size = await measure(file);
      const job = await withAdvice(
        client.submit({
          upload: { ...upload_request, size_bytes: size },
          ...(source === undefined ? {} : { source_id: source }),
          ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
        }),
      );
      await upload(file, size, job, progress);
      progress.finish();
      if (watch) {
        const status = await withAdvice(watchJob(client, job.job_id, progress));
        printAnswer(options, status, () => describeStatus(status));
        process.exitCode = chooseExitCode(status);
      } else printAnswer(options, withoutUrl(job), () => describeSubmitted(job));
    });
}

/**
 * Looks at the file as the submission will, so that a file that cannot be read is refused before it
 * is uploaded.
 */
async function inspectUpload(
  path: string,
  flags: FileFlags,
): Promise<{ format: Format; options?: UploadOptions }> {
  const { format: _, ...options } = readFileOptions(flags);
  const { description } = await openRecords({ path, ...readFileOptions(flags) });
  for (const note of description.notes) process.stderr.write(`Note: ${note}\n`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length === 0) return { format: description.format };
  return { format: description.format, options: Object.fromEntries(given) };
}

/** Returns the size of the file in bytes, which the signature of the upload contains. */
async function measure(file: string): Promise<number> {
  const { size } = await stat(file);
  if (size === 0) throw new Advice(`${file} is empty.`, 'Submit a file with at least one record.');
  return size;
}

async function upload(
  file: string,
  size: number,
  { upload: target }: AsyncResponse,
  progress: Progress,
): Promise<void> {
  if (target === undefined) throw new Error('Expected an upload URL from the API, got none.');
  const { url, headers } = target;
  let sent = 0;
  const source = createReadStream(file);
  source.on('data', (chunk) => {
    sent += chunk.length;
    const share = size === 0 ? 100 : Math.floor((sent / size) * 100);
    progress.update(`Uploading: ${share} % of ${(size / 1_048_576).toFixed(1)} MiB`);
  });
  const response = await fetch(url, {
    method: 'PUT',
    headers,
    body: Readable.toWeb(source) as ReadableStream<Uint8Array>,
    duplex: 'half',
  } as RequestInit);
  await response.arrayBuffer();
  if (response.ok) return;
  throw new Advice(`The upload was refused with ${response.status}.`, 'Submit the file again.');
}

function chooseExitCode({ status, progress }: StatusResponse): number {
  if (status === 'FAILED') return EXIT_FAILED;
  return progress.set_aside > 0 ? EXIT_SOME_FAILED : 0;
}

/**
 * Removes the upload URL from the answer before the answer is printed. The URL is a secret, because
 * everyone who has the URL can replace the file.
 */
function withoutUrl({ upload: _, ...job }: AsyncResponse): Omit<AsyncResponse, 'upload'> {
  return job;
}

function describeSubmitted({ job_id }: Pick<StatusResponse, 'job_id'>): string {
  return `${job_id}\nShow its progress: aurastream job status ${job_id} --watch`;
}

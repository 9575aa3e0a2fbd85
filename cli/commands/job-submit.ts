import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { chooseFormat } from '../../ingest/sources/choose-format.ts';
import {
  type AsyncResponse,
  FORMAT_TITLES,
  type Format,
  isGzipped,
  type StatusResponse,
} from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { describeStatus, watchJob } from './job-progress.ts';
import { aSlug, formatOption } from './options.ts';

interface SubmitOptions {
  format?: Format;
  source?: string;
  callbackUrl?: string;
  watch?: boolean;
  json?: boolean;
}

const EXIT_FAILED = 1;

/** Creates the command `aurastream job submit FILE`, which uploads a file and creates a job. */
export function submitCommand(): Command {
  return new Command('submit')
    .description('analyse a file as a job')
    .argument('<file>', `${FORMAT_TITLES}, up to 5 GB`)
    .addOption(formatOption("default: by the file's ending"))
    .option('--source <source>', 'source of records that name none', aSlug)
    .option('--callback-url <url>', 'URL to call when the job is final')
    .option('--watch', 'show the progress until the job is final')
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: SubmitOptions, command: Command) => {
      const format = chooseUploadFormat(file, options.format);
      const client = await connectApi(command);
      const progress = createProgress();
      const { source, callbackUrl, watch, json } = options;
      const size = await measure(file);
      const job = await withAdvice(
        client.submit({
          upload: { format, size_bytes: size },
          ...(source === undefined ? {} : { source_id: source }),
          ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
        }),
      );
      await upload(file, size, job, progress);
      progress.finish();
      if (watch) {
        const status = await withAdvice(watchJob(client, job.job_id, progress));
        console.log(json ? JSON.stringify(status) : describeStatus(status));
        if (status.status === 'FAILED') process.exitCode = EXIT_FAILED;
      } else console.log(json ? JSON.stringify(withoutUrl(job)) : describeSubmitted(job));
    });
}

/**
 * Returns the format of the file. Refuses a gzip file, because an interrupted submission continues
 * in the middle of the file and gzip can be read only from the start.
 */
function chooseUploadFormat(file: string, format?: Format): Format {
  if (isGzipped(file)) {
    throw new Advice(
      `Expected an unpacked file, got ${file}.`,
      `Unpack it first: gunzip --keep ${file}. Or use \`aurastream ingest\`, which reads .gz.`,
    );
  }
  return chooseFormat(file, format);
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

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import {
  type AsyncResponse,
  INPUT_FORMATS,
  type InputFormat,
  type StatusResponse,
} from '../../schemas/index.ts';
import { advised, connectApi } from '../api.ts';
import { Advice } from '../errors.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { inWords, watched } from './job-progress.ts';
import { aSlug } from './options.ts';

interface SubmitOptions {
  format?: InputFormat;
  source?: string;
  callbackUrl?: string;
  watch?: boolean;
  json?: boolean;
}

const EXIT_FAILED = 1;

/** `aurastream job submit FILE`: uploads a file, whose records become a job. */
export function submitCommand(): Command {
  return new Command('submit')
    .description('analyse a file as a job')
    .argument('<file>', 'JSONL or CSV, up to 5 GB')
    .addOption(
      new Option('--format <format>', "default: by the file's ending").choices(INPUT_FORMATS),
    )
    .option('--source <source>', 'for records that name none', aSlug)
    .option('--callback-url <url>', 'told when the job is over')
    .option('--watch', 'wait until it is over, and tell how far it is')
    .option('--json', 'print one line of JSON')
    .action(async (file: string, options: SubmitOptions, command: Command) => {
      const client = await connectApi(command);
      const progress = createProgress();
      const { source, callbackUrl, watch, json } = options;
      const format = options.format ?? (/\.csv$/i.test(file) ? 'csv' : 'jsonl');
      const { size } = await stat(file);
      const job = await advised(
        client.submit({
          upload: { format },
          ...(source === undefined ? {} : { source_id: source }),
          ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
        }),
      );
      await upload(file, size, job.upload!, progress);
      progress.done();
      if (watch) {
        const status = await advised(watched(client, job.job_id, progress));
        console.log(json ? JSON.stringify(status) : inWords(status));
        if (status.status === 'FAILED') process.exitCode = EXIT_FAILED;
      } else console.log(json ? JSON.stringify(withoutUrl(job)) : submitted(job));
    });
}

async function upload(
  file: string,
  size: number,
  { url, headers, max_bytes }: NonNullable<AsyncResponse['upload']>,
  progress: Progress,
): Promise<void> {
  if (size > max_bytes) {
    throw new Advice(`${file} has more than ${max_bytes} bytes.`, 'Split it into several jobs.');
  }
  let sent = 0;
  const source = createReadStream(file);
  source.on('data', (chunk) => {
    sent += chunk.length;
    const share = size === 0 ? 100 : Math.floor((sent / size) * 100);
    progress.update(`Uploading: ${share} % of ${(size / 1_048_576).toFixed(1)} MiB`);
  });
  const response = await fetch(url, {
    method: 'PUT',
    headers: { ...headers, 'content-length': String(size) },
    body: Readable.toWeb(source) as ReadableStream<Uint8Array>,
    duplex: 'half',
  } as RequestInit);
  await response.arrayBuffer();
  if (response.ok) return;
  throw new Advice(`The upload was refused with ${response.status}.`, 'Submit the file again.');
}

/** Whoever has the URL can put another file in its place. */
function withoutUrl({ upload: _, ...job }: AsyncResponse): Omit<AsyncResponse, 'upload'> {
  return job;
}

function submitted({ job_id }: Pick<StatusResponse, 'job_id'>): string {
  return `${job_id}\nSee how far it is: aurastream job status ${job_id} --watch`;
}

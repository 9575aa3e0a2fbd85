import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { createTextClaims } from '../../aws/s3/text-claims.ts';
import { CALLER_TENANT, type ReplayBook } from './checker/books.ts';
import type { Storm } from './storm.ts';

const MAX_RUNS = 10;

const summarySchema = z.object({ batches: z.number() });

/** Repeats a command until the command succeeds, as an operator does. */
async function runUntilDone({ aurastream }: Storm, args: string[]): Promise<unknown> {
  for (let run = 1; ; run += 1) {
    const { code, stdout, stderr } = await aurastream([...args, '--json']);
    if (code === 0) return JSON.parse(stdout);
    if (run === MAX_RUNS) {
      const ended = `${code}, ${stdout.trim()} ${stderr.trim()}`;
      throw new Error(`Expected aurastream ${args.join(' ')} to succeed, got ${ended}`);
    }
  }
}

/** Runs the commands of operators once while faults occur. Each command may fail. */
export async function operateUnderFaults(storm: Storm): Promise<void> {
  const fix = await writeFix(storm);
  await storm.aurastream(['redrive', 'run']);
  await storm.aurastream(['set-aside', 'replay', '--fix', fix]);
  await storm.aurastream(replayCommand({ from: storm.started_at, to: Date.now() }));
}

/**
 * Puts every given-up batch back on the stream.
 *
 * @returns the number of batches.
 */
export async function redriveAll(storm: Storm): Promise<number> {
  let put_back = 0;
  for (;;) {
    const { batches } = summarySchema.parse(await runUntilDone(storm, ['redrive', 'run']));
    if (batches === 0) return put_back;
    put_back += batches;
  }
}

/** Puts the missing texts on S3, and puts back each set-aside that can be repaired. */
export async function repairSetAsides(storm: Storm): Promise<void> {
  const { test, repairs } = storm;
  const bucket_name = test.stack.InputBucketName;
  const claims = createTextClaims({ client: test.clients.s3, bucket_name });
  for (const text of repairs.late_texts) await claims.put(CALLER_TENANT, text);
  await runUntilDone(storm, ['set-aside', 'replay', '--fix', await writeFix(storm)]);
}

/** Analyses all records of the storm again. The analyzer version makes every result outdated. */
export async function replayAll(storm: Storm): Promise<void> {
  const replay = { from: storm.started_at, to: Date.now() };
  await runUntilDone(storm, replayCommand(replay));
  storm.books.replay = replay;
}

function replayCommand({ from, to }: ReplayBook): string[] {
  const time = (ms: number) => new Date(ms).toISOString();
  const period = ['--from', time(from), '--to', time(to)];
  const pace = ['--share', '1', '--quota', '10000'];
  return ['replay', ...period, ...pace, '--analyzer', 'outdated'];
}

/** Writes a fix that repairs the drawn poison, and leaves records with a missing text as they are. */
async function writeFix({ folder, repairs }: Storm): Promise<string> {
  const path = join(folder, 'fix.mjs');
  const records = JSON.stringify(Object.fromEntries(repairs.records));
  await writeFile(
    path,
    `const records = ${records};
export default (bytes, { reason }) =>
  reason === 'text_missing' ? bytes : records[Buffer.from(bytes).toString('base64')];\n`,
  );
  return path;
}

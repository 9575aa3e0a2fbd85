import type { Client } from '../../client/index.ts';
import type { StatusResponse } from '../../schemas/index.ts';
import { colours } from '../output/colours.ts';
import type { Progress } from '../output/progress.ts';

const BAR = 24;

/** Shows a job's progress until the job has a final status. */
export async function watchJob(
  client: Client,
  job_id: string,
  progress: Progress,
): Promise<StatusResponse> {
  const started = performance.now();
  try {
    return await client.waitForJob(job_id, {
      on_progress: (status) =>
        progress.update(describeProgress(status, performance.now() - started)),
    });
  } finally {
    progress.finish();
  }
}

/** Formats a line such as `[██████      ] 25 %  250 of 1000  analyzing, about 12 s left`. */
function describeProgress({ progress }: StatusResponse, elapsed_ms: number): string {
  const { done, total, percentage, stage } = progress;
  const filled = Math.round((percentage / 100) * BAR);
  const bar = `[${'█'.repeat(filled)}${' '.repeat(BAR - filled)}]`;
  const counts = total === 0 ? '' : `  ${done} of ${total}`;
  return `${bar} ${percentage.toFixed(0)} %${counts}  ${stage.replaceAll('_', ' ')}${describeEta(done, total, elapsed_ms)}`;
}

/**
 * Estimates how long the unfinished records will take, based on the time that the finished records
 * took. Returns an empty string if less than 10 % of the records are done. At that point an
 * estimate would be too low, because invalid rows finish first and take less time than other rows.
 */
function describeEta(done: number, total: number, elapsed_ms: number): string {
  if (done < total * 0.1 || done === total || elapsed_ms < 2_000) return '';
  const seconds = Math.ceil(((elapsed_ms / done) * (total - done)) / 1_000);
  return seconds < 120
    ? `, about ${seconds} s left`
    : `, about ${Math.ceil(seconds / 60)} min left`;
}

/** Formats the status of a job for the terminal, in a few lines. */
export function describeStatus(status: StatusResponse): string {
  const { progress, counts, error, result, callback } = status;
  const { done, total, succeeded, failed, set_aside } = progress;
  const lines = [
    `${colours.bold(status.status)}  ${status.job_id}`,
    `  ${done} of ${total} done: ${succeeded} succeeded, ${failed} without a verdict, ${set_aside} set aside`,
  ];
  const outcomes = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  if (outcomes.length > 0) lines.push(`  ${outcomes.join(', ')}`);
  if (result?.sentiment !== undefined)
    lines.push(`  ${result.sentiment} ${result.score?.toFixed(3)}`);
  if (error !== undefined) lines.push(`  ${colours.red(`${error.code}: ${error.message}`)}`);
  if (callback !== undefined) {
    lines.push(`  callback ${callback.state} after ${callback.attempts.length} attempts`);
  }
  if (status.estimated_completion) lines.push(`  about done at ${status.estimated_completion}`);
  return lines.join('\n');
}

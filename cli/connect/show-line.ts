import { sleep } from '../../lib/sleep.ts';
import type { Progress } from '../output/progress.ts';
import type { LiveLine } from './live-line.ts';

export interface ShowLineOptions {
  line: LiveLine;
  progress: Progress;
  /** Reads the sentiments of the last minute; undefined if there is no API key. */
  readSentiments?: (() => Promise<LiveLine['sentiments']>) | undefined;
  signal: AbortSignal;
}

const LINE_EVERY_MS = 1_000;
/** Number of lines between two questions to the API. */
const LINES_PER_QUESTION = 10;

/** Shows the line once a second until the signal is aborted. */
export async function showLine({
  line,
  progress,
  readSentiments,
  signal,
}: ShowLineOptions): Promise<void> {
  try {
    for (let lines = 1; ; lines += 1) {
      await sleep(LINE_EVERY_MS, signal);
      progress.update(line.describe());
      if (readSentiments !== undefined && lines % LINES_PER_QUESTION === 0) {
        // The line does without them while the API does not answer.
        line.sentiments = await readSentiments().catch(() => undefined);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.finish();
  }
}

import { formatHour } from '../../schemas/index.ts';
import { type FindDeps, findObject } from './find-object.ts';

const HOUR_MS = 3_600_000;
/** Time for which raw objects are listed, in milliseconds. A run that fails is made up for by the next. */
const LISTED_MS = 49 * HOUR_MS;

/**
 * Adds the raw objects of the last two days of which no event has come. S3 delivers its events at least
 * once, but a rule that was disabled or a queue that was emptied loses them.
 *
 * @returns the number of objects that were added.
 */
export async function findMissed(deps: FindDeps): Promise<number> {
  const end = deps.now();
  let added = 0;
  for (let at = end - LISTED_MS; at <= end; at += HOUR_MS) {
    for await (const key of deps.raw.keys(formatHour(at))) {
      if ((await findObject(deps, key)) === 'added') added += 1;
    }
  }
  return added;
}

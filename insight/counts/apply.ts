import { ServiceError } from '../../schemas/index.ts';
import { markOf } from './changes.ts';
import type { RowChange, RowChanges } from './fold.ts';
import { addMeasures, type Measures } from './measures.ts';
import type { Addition, CountsStore } from './ports.ts';

/**
 * Largest number of measures in a write. DynamoDB allows 4 KB in an expression, and an addition takes
 * about 12 bytes. A batch with more writes a row several times.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const MAX_MEASURES = 200;
/** Number of refusals after which a row is given up. Each refusal means that another writer was faster. */
const MAX_REFUSALS = 20;

/**
 * Applies the changes of one row, each exactly once.
 *
 *     write     if mark < first change        the mark moves to the last change. This is the usual case.
 *     refused   by a redelivery of changes    changes up to the mark are dropped, and the rest is written
 *               or a lost answer              under the same condition
 *
 * The changes of a row come from one shard in one order, and an invocation starts at the latest with
 * the first change that is not in the row. Therefore "everything up to the mark is in" stays true,
 * wherever an invocation dies and however many run at the same time.
 *
 * @throws {ServiceError} if the store fails.
 * @returns the number of writes.
 */
export async function applyRow(store: CountsStore, { name, changes }: RowChanges): Promise<number> {
  let pending = changes;
  let refusals = 0;
  let writes = 0;
  while (pending.length > 0) {
    const part = takePart(pending);
    const mark = await store.add(name, part.addition);
    writes += 1;
    if (mark === undefined) pending = pending.slice(part.length);
    else {
      refusals += 1;
      if (refusals === MAX_REFUSALS) {
        throw new ServiceError('dynamodb', 'CountsContended', { retryable: true });
      }
      pending = pending.filter(({ sequence_number }) => markOf(sequence_number) > mark);
    }
  }
  return writes;
}

/** Sums up as many changes as fit in one write. */
function takePart(changes: RowChange[]): { addition: Addition; length: number } {
  const measures: Measures = {};
  const names = new Set<string>();
  let length = 0;
  for (const change of changes) {
    for (const name of Object.keys(change.measures)) names.add(name);
    if (length > 0 && names.size > MAX_MEASURES) break;
    addMeasures(measures, change.measures);
    length += 1;
  }
  const [first, last] = [changes[0], changes[length - 1]] as [RowChange, RowChange];
  return {
    addition: {
      measures,
      first: markOf(first.sequence_number),
      last: markOf(last.sequence_number),
      changed_at: last.changed_at,
    },
    length,
  };
}

import { chunk } from '../../lib/chunk.ts';
import type { RawObject } from './ports.ts';

/**
 * Largest number of days in one statement. Athena writes at most 100 partitions in one statement.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
 */
export const MAX_DAYS = 90;
/** Largest number of objects in one statement. Their paths then fit into the 256 KB of a query. */
export const MAX_OBJECTS = 500;
/** Largest size of the objects in one statement. Athena then merges them within a few minutes. */
export const MAX_BYTES = 2 * 1024 ** 3;
/** An object that has failed so often is merged alone, so that it holds up no other object. */
const MAX_SHARED_FAILURES = 2;

/** One MERGE: the lines of some objects whose records are of some days. */
export interface Merge {
  objects: RawObject[];
  days: string[];
}

/** Objects that are merged together. They are done when all statements have succeeded. */
export interface Batch {
  objects: RawObject[];
  merges: Merge[];
}

/**
 * Plans the statements that merge the objects. Each object is in exactly one batch. Each day of an
 * object is in exactly one statement of its batch, so no line is merged twice and none is left out.
 */
export function planBatches(objects: RawObject[]): Batch[] {
  const suspects = objects.filter(({ failures }) => failures >= MAX_SHARED_FAILURES);
  const others = objects.filter(({ failures }) => failures < MAX_SHARED_FAILURES);
  return [...splitBySize(others), ...suspects.map((object) => [object])].map(planBatch);
}

function splitBySize(objects: RawObject[]): RawObject[][] {
  const groups: RawObject[][] = [];
  let bytes = 0;
  for (const object of objects) {
    const group = groups.at(-1);
    if (group === undefined || group.length >= MAX_OBJECTS || bytes + object.bytes > MAX_BYTES) {
      groups.push([object]);
      bytes = object.bytes;
    } else {
      group.push(object);
      bytes += object.bytes;
    }
  }
  return groups;
}

/**
 * Plans the statements of a batch. Most objects are of one or two days, and one statement merges them
 * all. A file of reviews of ten years needs a statement for every 90 days.
 */
function planBatch(objects: RawObject[]): Batch {
  const days = [...new Set(objects.flatMap((object) => object.days))].sort();
  const merges = chunk(days, MAX_DAYS).map((some) => {
    const wanted = new Set(some);
    const having = objects.filter((object) => object.days.some((day) => wanted.has(day)));
    return { objects: having, days: some };
  });
  return { objects, merges };
}

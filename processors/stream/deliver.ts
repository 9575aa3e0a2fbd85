import { type Result, ServiceError } from '../../schemas/index.ts';
import type { Lake, PutFailure, ResultsTable } from './ports.ts';

/** Why a result was not delivered, by its place among those given. */
export type Undelivered = Map<number, string>;

/**
 * Results to the table, then to the lake. A result is delivered when both have it; whatever fails in either is named,
 * and its neighbours are not. The table comes first: it alone tells a redelivery from news.
 */
export function createDeliver(deps: { table: ResultsTable; lake: Lake }) {
  return async (results: Result[]): Promise<Undelivered> => {
    const failed: Undelivered = new Map();
    const newest = newestVersions(results);
    const in_table = await failuresOf(newest.length, () =>
      deps.table.put(newest.map((index) => results[index]!)),
    );
    for (const { index, code } of in_table) failed.set(newest[index]!, code);

    // An older version of a record goes no further than the newest of the same batch does.
    const stuck = new Set([...failed.keys()].map((index) => recordOf(results[index]!)));
    const onward = results.flatMap((result, index) => {
      if (!stuck.has(recordOf(result))) return [index];
      failed.set(index, failed.get(index) ?? 'NewerVersionFailed');
      return [];
    });
    const in_lake = await failuresOf(onward.length, () =>
      deps.lake.put(onward.map((index) => results[index]!)),
    );
    for (const { index, code } of in_lake) failed.set(onward[index]!, code);
    return failed;
  };
}

/** A store that throws has kept nothing that anybody could tell. */
async function failuresOf(count: number, put: () => Promise<PutFailure[]>): Promise<PutFailure[]> {
  if (count === 0) return [];
  try {
    return await put();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return Array.from({ length: count }, (_, index) => ({ index, code: error.code }));
  }
}

/** One index per record: its highest version, the first of equals. */
function newestVersions(results: Result[]): number[] {
  const newest = new Map<string, number>();
  results.forEach((result, index) => {
    const known = newest.get(recordOf(result));
    if (known === undefined || results[known]!.record_version < result.record_version) {
      newest.set(recordOf(result), index);
    }
  });
  return [...newest.values()];
}

function recordOf({ tenant, record_id }: Result): string {
  return `${tenant}#${record_id}`;
}

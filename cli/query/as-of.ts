import { type Query, QueryError } from '../../aws/athena/query.ts';

/** The table, and the views that read it. */
const READS_RESULTS = /\bresults(?:_typed|_by_(?:hour|day|week))?\b/i;

/**
 * Finds the time of the newest change of the table `results`. Athena reads it from the table's list of
 * snapshots, and scans no result.
 *
 * @returns undefined if the query does not read `results`, or the table does not exist yet
 */
export async function findNewestChange(query: Query, sql: string): Promise<string | undefined> {
  if (!READS_RESULTS.test(sql)) return undefined;
  try {
    const { rows } = await query(
      `SELECT date_format(max(committed_at), '%Y-%m-%d %H:%i:%s') AS newest FROM "results$snapshots"`,
    );
    const newest = rows[0]?.newest;
    return typeof newest === 'string' ? newest : undefined;
  } catch (error) {
    // The answer of the user's own query does not depend on this one.
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

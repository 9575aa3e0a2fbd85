import { randomUUID } from 'node:crypto';
import type { ColumnInfo } from './column.ts';
import type { EngineResult } from './engine-result.ts';
import { QueryFailure, ScanLimitExceeded } from './failure.ts';
import type { Statement } from './statements.ts';

type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** A request to run a query. */
interface QueryRequest {
  query: string;
  database: string;
  work_group: string;
  /** URI of the folder for query results, for example `s3://bucket/prefix/`. */
  output_location: string;
  /** The query is cancelled if it scans more bytes. */
  most_scanned_bytes?: number;
  statement: Statement;
  /**
   * The client's idempotency token. A second request with the same token returns the first
   * execution and does not start another query.
   */
  token: string | undefined;
}

/** One execution of a query. All times are in epoch milliseconds. */
export interface Execution extends QueryRequest {
  id: string;
  state: QueryState;
  reason?: string;
  submitted_at: number;
  started_at?: number;
  completed_at?: number;
  scanned_bytes: number;
  columns: ColumnInfo[];
  /** The number of rows that the statement wrote. */
  update_count?: number;
  /**
   * Result rows, including the header row if the statement has a header row. The rows are undefined
   * before the query succeeds, and after the rows were dropped to save memory.
   */
  rows?: (string | undefined)[][];
}

/**
 * Stores the executions of queries. The state of an execution changes as follows.
 *
 *   QUEUED ──(a free slot)─► RUNNING ──► SUCCEEDED | FAILED
 *      └────────stop────────► └──stop──► CANCELLED
 */
export interface Executions {
  /**
   * Starts a query.
   *
   * @throws {Error} if an earlier request used the same token for a different query
   */
  start(request: QueryRequest): Execution;
  find(id: string): Execution | undefined;
  stop(execution: Execution): void;
  /** Stops the running queries, and waits until all of them have ended. */
  close(): Promise<void>;
}

export type RunQuery = (request: QueryRequest, signal: AbortSignal) => Promise<EngineResult>;

/**
 * Maximum number of stored executions, and maximum number of executions whose rows are stored. The
 * second number is smaller, because rows take much memory.
 */
const MOST_EXECUTIONS = 1_000;
const MOST_RESULTS = 50;

export function createExecutions(deps: {
  run: RunQuery;
  /** Handles each successful query once, before the state of the query becomes SUCCEEDED. */
  onSuccess(execution: Execution): Promise<void>;
  now: () => number;
  /** Runs `work` as soon as the number of running queries is below the maximum. */
  limit: <T>(work: () => Promise<T>) => Promise<T>;
}): Executions {
  const executions = new Map<string, Execution>();
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  const run = async (execution: Execution, signal: AbortSignal) => {
    if (execution.state !== 'QUEUED') return;
    execution.state = 'RUNNING';
    execution.started_at = deps.now();
    try {
      const { rows, ...result } = await deps.run(execution, signal);
      const { columns } = result;
      const header = execution.statement.header ? [columns.map(({ Name }) => Name)] : [];
      Object.assign(execution, { ...result, rows: [...header, ...rows] });
      await deps.onSuccess(execution);
      finish(execution, 'SUCCEEDED');
    } catch (error) {
      const { state, reason, scanned_bytes } = describeFailure(error);
      execution.scanned_bytes = scanned_bytes;
      finish(execution, state, reason);
    }
  };
  const finish = (execution: Execution, state: QueryState, reason?: string) => {
    if (execution.state !== 'RUNNING' && execution.state !== 'QUEUED') return;
    execution.state = state;
    execution.completed_at = deps.now();
    if (reason !== undefined) execution.reason = reason;
  };
  const stop = (execution: Execution) => {
    finish(execution, 'CANCELLED', 'Query cancelled by user');
    running.get(execution.id)?.controller.abort();
  };

  return {
    start(request) {
      const earlier =
        request.token === undefined
          ? undefined
          : [...executions.values()].find(({ token }) => token === request.token);
      if (earlier !== undefined) {
        if (earlier.query !== request.query) throw new Error('Idempotent parameters do not match');
        return earlier;
      }
      const id = randomUUID();
      const execution: Execution = {
        ...request,
        id,
        state: 'QUEUED',
        submitted_at: deps.now(),
        scanned_bytes: 0,
        columns: [],
      };
      executions.set(id, execution);
      dropOldExecutions(executions);
      const controller = new AbortController();
      const done = deps
        .limit(() => run(execution, controller.signal))
        .finally(() => running.delete(id));
      running.set(id, { controller, done });
      return execution;
    },
    find: (id) => executions.get(id),
    stop,
    async close() {
      const left = [...running.values()];
      for (const id of running.keys()) stop(executions.get(id)!);
      await Promise.all(left.map(({ done }) => done));
    },
  };
}

/** Returns how a query ends that threw an error. A failed query is reported without scanned bytes. */
function describeFailure(error: unknown) {
  if (error instanceof ScanLimitExceeded) {
    const { message: reason, scanned_bytes } = error;
    return { state: 'CANCELLED' as const, reason, scanned_bytes };
  }
  const is_known = error instanceof QueryFailure;
  const reason = is_known ? error.message : 'GENERIC_INTERNAL_ERROR: The query failed';
  return { state: 'FAILED' as const, reason, scanned_bytes: 0 };
}

/**
 * Deletes old result rows and old executions until the limits are met. The oldest executions come
 * first in the Map, because a Map preserves the order of insertion.
 */
function dropOldExecutions(executions: Map<string, Execution>): void {
  const completed = [...executions.values()].filter(
    ({ completed_at }) => completed_at !== undefined,
  );
  for (const execution of completed.slice(0, -MOST_RESULTS)) delete execution.rows;
  for (const { id } of completed.slice(0, Math.max(0, executions.size - MOST_EXECUTIONS)))
    executions.delete(id);
}

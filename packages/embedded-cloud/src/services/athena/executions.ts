import { randomUUID } from 'node:crypto';
import type { ColumnInfo } from './column.ts';
import type { EngineAnswer } from './engine.ts';
import { QueryFailure } from './failure.ts';
import type { Statement } from './statements.ts';

export type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** What was asked for. */
export interface Asked {
  query: string;
  database: string;
  work_group: string;
  /** `s3://bucket/prefix/` */
  output_location: string;
  statement: Statement;
  /** The client's, so that a repeated request starts nothing. */
  token: string | undefined;
}

/** One query execution. Times are epoch ms. */
export interface Execution extends Asked {
  id: string;
  state: State;
  reason?: string;
  submitted_at: number;
  started_at?: number;
  completed_at?: number;
  scanned_bytes: number;
  columns: ColumnInfo[];
  /** With the header row, where the statement has one. */
  rows?: (string | undefined)[][];
}

/**
 * Query executions and what became of them.
 *
 *   QUEUED ──(its turn)──► RUNNING ──► SUCCEEDED | FAILED
 *      └────────stop────────► └──stop──► CANCELLED
 */
export interface Executions {
  /** @throws {Error} where the token came with another query */
  start(asked: Asked): Execution;
  find(id: string): Execution | undefined;
  stop(execution: Execution): void;
  /** Stops what runs, and waits for it. */
  close(): Promise<void>;
}

export type RunQuery = (asked: Asked, signal: AbortSignal) => Promise<EngineAnswer>;

/** Kept for clients that come back; the rows of the latest only, as they are in memory. */
const MOST_EXECUTIONS = 1_000;
const MOST_RESULTS = 50;

export function createExecutions(deps: {
  run: RunQuery;
  /** Called once per query that succeeded, before its state says so. */
  onAnswer(execution: Execution): Promise<void>;
  now: () => number;
  /** Lets so many queries run at once. */
  limit: <T>(work: () => Promise<T>) => Promise<T>;
}): Executions {
  const executions = new Map<string, Execution>();
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  const run = async (execution: Execution, signal: AbortSignal) => {
    if (execution.state !== 'QUEUED') return;
    execution.state = 'RUNNING';
    execution.started_at = deps.now();
    try {
      const { columns, rows, scanned_bytes } = await deps.run(execution, signal);
      const header = execution.statement.header ? [columns.map(({ Name }) => Name)] : [];
      Object.assign(execution, { columns, rows: [...header, ...rows], scanned_bytes });
      await deps.onAnswer(execution);
      finish(execution, 'SUCCEEDED');
    } catch (error) {
      const known = error instanceof QueryFailure;
      finish(
        execution,
        'FAILED',
        known ? error.message : 'GENERIC_INTERNAL_ERROR: The query failed',
      );
    }
  };
  const finish = (execution: Execution, state: State, reason?: string) => {
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
    start(asked) {
      const earlier =
        asked.token === undefined
          ? undefined
          : [...executions.values()].find(({ token }) => token === asked.token);
      if (earlier !== undefined) {
        if (earlier.query !== asked.query) throw new Error('Idempotent parameters do not match');
        return earlier;
      }
      const id = randomUUID();
      const execution: Execution = {
        ...asked,
        id,
        state: 'QUEUED',
        submitted_at: deps.now(),
        scanned_bytes: 0,
        columns: [],
      };
      executions.set(id, execution);
      forget(executions);
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

/** A map keeps the order of its entries: the oldest come first. */
function forget(executions: Map<string, Execution>): void {
  const ended = [...executions.values()].filter(({ completed_at }) => completed_at !== undefined);
  for (const execution of ended.slice(0, -MOST_RESULTS)) delete execution.rows;
  for (const { id } of ended.slice(0, Math.max(0, executions.size - MOST_EXECUTIONS)))
    executions.delete(id);
}

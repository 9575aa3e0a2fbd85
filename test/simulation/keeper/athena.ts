import { listTableColumns } from '../../../insight/keeper/columns.ts';
import { MAX_DAYS } from '../../../insight/keeper/plan.ts';
import type { StatementState, Statements } from '../../../insight/keeper/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import type { Random } from '../../support/random.ts';
import type { Scheduler } from '../scheduler.ts';
import { type Line, type Row, rowOf } from './history.ts';

interface Execution {
  sql: string;
  state: StatementState;
  code?: string;
  /** Version of the table when the statement started. */
  seen: number;
  is_stopped: boolean;
  rows: Record<string, unknown>[];
}

/** Athena with an Iceberg table, as far as the keeper uses them. */
export interface SimulatedAthena {
  statements: Statements;
  /** Rows of the table, by day and record key. */
  table: Map<string, Row>;
  /** Number of MERGE statements that have read each object and succeeded. */
  reads: Map<string, number>;
}

export interface AthenaDeps {
  scheduler: Scheduler;
  random: Random;
  /** Contents of the raw objects, by key. */
  objects: Map<string, Line[]>;
  /** Probability that a statement fails. */
  failure: () => number;
}

const LONGEST_MS = 120_000;

export function createSimulatedAthena(deps: AthenaDeps): SimulatedAthena {
  const { scheduler, random } = deps;
  const executions = new Map<string, Execution>();
  const world = { ...deps, table: new Map<string, Row>(), reads: new Map<string, number>() };
  // The first version of the table lacks a column.
  let columns: string[] | undefined;
  let version = 0;

  const finish = (execution: Execution) => {
    const fail = (code: string): void => {
      Object.assign(execution, { state: 'failed', code });
    };
    if (execution.is_stopped && random.chance(0.8)) return fail('CANCELLED');
    if (random.chance(deps.failure())) return fail('GENERIC_INTERNAL_ERROR');
    const { sql } = execution;
    if (/CREATE TABLE/.test(sql))
      columns ??= listTableColumns()
        .slice(0, -1)
        .map(({ name }) => name);
    else if (columns === undefined) return fail('TABLE_NOT_FOUND');
    else if (/ALTER TABLE/.test(sql)) columns = listTableColumns().map(({ name }) => name);
    else if (/GROUP BY/.test(sql)) execution.rows = findStale(world, sql);
    else if (/^\s*(MERGE|OPTIMIZE|VACUUM)/.test(sql)) {
      if (execution.seen !== version) return fail('ICEBERG_COMMIT_ERROR');
      if (columns.length < listTableColumns().length) return fail('COLUMN_NOT_FOUND');
      if (merge(world, sql)) version += 1;
      if (/^\s*OPTIMIZE/.test(sql) && random.chance(0.3)) {
        return fail('ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED');
      }
    }
    execution.state = 'succeeded';
  };

  const statements: Statements = {
    async start(sql) {
      const id = `q${executions.size}`;
      const execution: Execution = {
        sql,
        state: 'running',
        seen: version,
        is_stopped: false,
        rows: [],
      };
      executions.set(id, execution);
      scheduler.after(random.int(LONGEST_MS), `${id} ends`, () => finish(execution));
      return id;
    },
    async read(id) {
      const { state, code } = executions.get(id)!;
      return { state, code };
    },
    async stop(id) {
      executions.get(id)!.is_stopped = true;
    },
    answer: async (id) => ({ columns: columns ?? [], rows: executions.get(id)!.rows }),
  };
  return { statements, table: world.table, reads: world.reads };
}

type LakeWorld = AthenaDeps & Pick<SimulatedAthena, 'table' | 'reads'>;

/** Runs a MERGE and returns whether the statement was one. */
function merge({ objects, table, reads }: LakeWorld, sql: string): boolean {
  if (!/MERGE/.test(sql)) return false;
  const keys = [...sql.matchAll(/'s3:\/\/lake\/([^']+)'/g)].map((match) => match[1] ?? '');
  const days = new Set([...sql.matchAll(/DATE '([^']+)'/g)].map((match) => match[1]));
  if (days.size > MAX_DAYS) throw new Error(`A statement writes ${days.size} partitions`);
  const latest = new Map<string, Line>();
  for (const key of keys) {
    reads.set(key, (reads.get(key) ?? 0) + 1);
    for (const line of objects.get(key) ?? []) {
      const { revision, first_created_at } = line;
      if (revision === undefined || !days.has(first_created_at?.slice(0, 10))) continue;
      const before = latest.get(recordKey(line));
      if (before === undefined || (before.revision ?? 0) < revision)
        latest.set(recordKey(line), line);
    }
  }
  for (const [record_key, line] of latest) {
    const row = rowOf(line);
    const name = `${row.day} ${record_key}`;
    const before = table.get(name);
    if (before === undefined || row.revision > before.revision) table.set(name, row);
  }
  return true;
}

/** Answers the query for texts of withdrawn records. */
function findStale({ objects, table }: LakeWorld, sql: string): Record<string, unknown>[] {
  const [, day = ''] = /BETWEEN '(\d{4}\/\d{2}\/\d{2})\/00'/.exec(sql) ?? [];
  const withdrawn = new Map(
    [...table]
      .filter(([, row]) => row.status === 'withdrawn')
      .map(([name, row]) => [name.slice(11), row]),
  );
  return [...objects]
    .filter(([key]) => key.includes(`/${day}/`))
    .flatMap(([key, lines]) =>
      lines.flatMap(({ text, revision, ...line }) => {
        const row = withdrawn.get(recordKey(line));
        const is_stale = row !== undefined && text !== undefined && (revision ?? 0) < row.revision;
        return is_stale ? [{ path: `s3://lake/${key}`, ...line, revision: row.revision }] : [];
      }),
    );
}

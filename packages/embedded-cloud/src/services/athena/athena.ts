import { join, resolve } from 'node:path';
import pLimit from 'p-limit';
import type { AwsCall, AwsReply, AwsService, Usage } from '../../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from '../wire.ts';
import { type Action, createActions } from './actions.ts';
import type { Glue } from './catalog.ts';
import { createTextColumn } from './column.ts';
import { buildOutputUri, type WorkGroup, writesCsv } from './describe.ts';
import type { Engine } from './engine.ts';
import { createExecutions, type Execution, type Executions, type RunQuery } from './executions.ts';
import { translateError } from './failure.ts';
import type { MaintenanceLimits } from './iceberg/maintain.ts';
import { parseIceberg } from './iceberg/parse.ts';
import { openIcebergTables } from './iceberg/tables.ts';
import { listPermissions } from './permissions.ts';
import { formatCsv, InvalidRequest } from './results.ts';
import { answerFromCatalog } from './statements.ts';

/** Writes an object to S3. */
export type PutResult = (
  bucket: string,
  key: string,
  body: Buffer,
  headers: Record<string, string>,
) => Promise<void>;

/**
 * Maximum number of queries that run at the same time. More concurrent queries would compete for
 * the CPU cores of a laptop.
 */
const CONCURRENT_QUERIES = 2;

/**
 * Emulates Athena. DuckDB runs the queries on the files of the emulated S3 and on Iceberg tables,
 * which are DuckDB tables. DuckDB is started by the first query.
 *
 * @param deps.s3Dir the `dataDir` of the emulated S3
 * @param deps.work_groups work groups in addition to `primary`, which every account has
 * @param deps.dataDir folder with the Iceberg tables. Without it, they end with the process.
 * @param deps.maintenance how much work one OPTIMIZE or VACUUM does, by default as much as on AWS
 * @param deps.putObject writes the query results to S3. Without this function, only GetQueryResults
 * returns the results.
 * @param deps.now returns the current time in epoch milliseconds
 *
 * @example
 * const athena = createAthena({ glue: { databases: ['lake'], tables: [] }, s3Dir: 'data/s3', now: Date.now });
 * const client = new AthenaClient(clientConfig((await serveService(athena)).endpoint));
 */
export function createAthena(deps: {
  glue: Glue;
  s3Dir: string;
  dataDir?: string;
  maintenance?: MaintenanceLimits;
  work_groups?: WorkGroup[];
  putObject?: PutResult;
  now: () => number;
}): AwsService {
  const { glue, now } = deps;
  const work_groups: WorkGroup[] = [{ name: 'primary' }, ...(deps.work_groups ?? [])];
  const inDataDir = (name: string) => deps.dataDir && join(deps.dataDir, name);
  const tables = openIcebergTables(glue, inDataDir('iceberg-tables.json'));
  let starting: Promise<Engine> | undefined;
  const engine = () => {
    starting ??= import('./engine.ts')
      .then(({ createEngine }) =>
        createEngine({ ...deps, tables, storage: inDataDir('iceberg.duckdb') }),
      )
      .catch((error: unknown) => {
        // After a failed start, the next query tries to start DuckDB again.
        starting = undefined;
        throw translateError(error, resolve(deps.s3Dir));
      });
    return starting;
  };
  const executions = createExecutions({
    run: createQueryRunner(glue, engine),
    onSuccess: (execution) => writeResults(execution, deps.putObject),
    now,
    limit: pLimit(CONCURRENT_QUERIES),
  });
  const actions = createActions({ glue, work_groups, executions, now });
  const reported = new WeakSet<Execution>();

  return {
    service: 'athena',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: (call) => listPermissions(call, { glue, work_groups, executions }),
    handle: (call) => handleCall(actions, call),
    usageOf: (call, reply) => readUsage(call, reply, executions, reported),
    errorReply: jsonError,
    async close() {
      await executions.close();
      const started = await starting?.catch(() => undefined);
      started?.close();
    },
  };
}

function createQueryRunner(glue: Glue, engine: () => Promise<Engine>): RunQuery {
  return async ({ statement: { kind, sql }, database, most_scanned_bytes }, signal) => {
    if (kind === 'catalog') return answerFromCatalog(glue, sql, database);
    if (kind === 'iceberg') {
      const statement = parseIceberg(sql);
      const limits = { signal, most_scanned_bytes };
      return (await engine()).runIceberg(statement, database, limits);
    }
    if (kind === 'select') {
      return (await engine()).select(sql, database, { signal, most_scanned_bytes });
    }
    const lines = await (await engine()).explain(sql, database);
    return {
      columns: [createTextColumn('Query Plan', 'varchar')],
      rows: lines.map((line) => [line]),
      scanned_bytes: 0,
    };
  };
}

async function writeResults(execution: Execution, putObject: PutResult | undefined): Promise<void> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(buildOutputUri(execution)) ?? [];
  if (putObject === undefined || bucket === undefined || key === undefined) return;
  const is_csv = writesCsv(execution.statement);
  const text = is_csv
    ? formatCsv(execution)
    : (execution.rows ?? []).map((row) => `${row.join('\t')}\n`).join('');
  const headers = { 'content-type': is_csv ? 'text/csv' : 'text/plain' };
  await putObject(bucket, key, Buffer.from(text), headers);
}

async function handleCall(actions: Record<string, Action>, call: AwsCall): Promise<AwsReply> {
  const action = actions[call.action];
  const body = jsonBody(call.body);
  if (action === undefined)
    return jsonError(
      400,
      'UnknownOperationException',
      `${call.action} is not emulated by the embedded Athena`,
    );
  if (body === undefined)
    return jsonError(400, 'SerializationException', 'The request body is not a JSON object');
  try {
    return jsonReply(200, action(body));
  } catch (error) {
    if (error instanceof InvalidRequest) return jsonError(400, error.name, error.message);
    return jsonError(500, 'InternalServerException', 'Internal server error');
  }
}

/**
 * Billing of a query: each query is billed for at least 10 MB, and in whole MB. Failed queries and
 * statements on the catalog are free. A cancelled query is billed for what it scanned.
 * Source: https://aws.amazon.com/athena/pricing/
 */
const LEAST_BILLED_MB = 10;
const MB = 1024 * 1024;

function computeBilledBytes({ state, statement, scanned_bytes }: Execution): number {
  if (state === 'FAILED' || !isBilled(statement)) return 0;
  if (state === 'CANCELLED' && scanned_bytes === 0) return 0;
  return Math.max(LEAST_BILLED_MB, Math.ceil(scanned_bytes / MB)) * MB;
}

function isBilled({ kind, type }: Execution['statement']): boolean {
  return kind === 'select' || (kind === 'iceberg' && type === 'DML');
}

/**
 * Returns the bytes that a query scanned and the bytes that AWS bills. The call contains the id of the query. The bytes are
 * returned only once, for the first successful call after the query has completed. Otherwise, later
 * calls would meter the same bytes again.
 */
function readUsage(
  call: AwsCall,
  reply: AwsReply,
  executions: Executions,
  reported: WeakSet<Execution>,
): Usage {
  const { QueryExecutionId } = jsonBody(call.body) ?? {};
  const execution = executions.find(String(QueryExecutionId));
  if (reply.status !== 200 || execution?.completed_at === undefined || reported.has(execution))
    return {};
  reported.add(execution);
  return {
    data_scanned_bytes: execution.scanned_bytes,
    billed_bytes: computeBilledBytes(execution),
  };
}

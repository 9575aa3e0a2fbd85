import { resolve } from 'node:path';
import pLimit from 'p-limit';
import type { AwsCall, AwsReply, AwsService, Permission, Usage } from '../../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from '../wire.ts';
import { type Action, actionsOf } from './actions.ts';
import type { Glue } from './catalog.ts';
import { textColumn } from './column.ts';
import { CATALOG_ARN, outputOf, type WorkGroup, workGroupArn } from './describe.ts';
import type { Engine } from './engine.ts';
import { createExecutions, type Execution, type Executions, type RunQuery } from './executions.ts';
import { failureOf } from './failure.ts';
import { InvalidRequest, resultCsv } from './results.ts';
import { catalogAnswer } from './statements.ts';

/** Writes a result to S3. */
export type PutResult = (
  bucket: string,
  key: string,
  body: Buffer,
  headers: Record<string, string>,
) => Promise<void>;

/** As many as two cores may work on. */
const QUERIES_AT_ONCE = 2;

/**
 * Athena over the files of the S3 stand-in, by DuckDB, which starts with the first query. Reads only.
 * @param deps.s3Dir the S3 stand-in's `dataDir`
 * @param deps.work_groups beside `primary`, which every account has
 * @param deps.putObject absent: results are not left on S3
 * @param deps.now epoch ms
 */
export function createAthena(deps: {
  glue: Glue;
  s3Dir: string;
  work_groups?: WorkGroup[];
  putObject?: PutResult;
  now: () => number;
}): AwsService {
  const { glue, now } = deps;
  const work_groups: WorkGroup[] = [{ name: 'primary' }, ...(deps.work_groups ?? [])];
  let starting: Promise<Engine> | undefined;
  const engine = () => {
    starting ??= import('./engine.ts')
      .then(({ createEngine }) => createEngine(deps))
      .catch((error: unknown) => {
        // The next query tries again.
        starting = undefined;
        throw failureOf(error, resolve(deps.s3Dir));
      });
    return starting;
  };
  const executions = createExecutions({
    run: runner(glue, engine),
    onAnswer: (execution) => leaveOnS3(execution, deps.putObject),
    now,
    limit: pLimit(QUERIES_AT_ONCE),
  });
  const actions = actionsOf({ glue, work_groups, executions, now });
  const reported = new WeakSet<Execution>();

  return {
    service: 'athena',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: (call) => permissionsOf(call, executions),
    handle: (call) => answer(actions, call),
    usageOf: (call, reply) => usageOf(call, reply, executions, reported),
    errorReply: jsonError,
    async close() {
      await executions.close();
      const started = await starting?.catch(() => undefined);
      started?.close();
    },
  };
}

function runner(glue: Glue, engine: () => Promise<Engine>): RunQuery {
  return async ({ statement: { kind, sql }, database }, signal) => {
    if (kind === 'catalog') return catalogAnswer(glue, sql, database);
    if (kind === 'select') return (await engine()).select(sql, database, signal);
    const lines = await (await engine()).explain(sql, database);
    return {
      columns: [textColumn('Query Plan', 'varchar')],
      rows: lines.map((line) => [line]),
      scanned_bytes: 0,
    };
  };
}

async function leaveOnS3(execution: Execution, putObject: PutResult | undefined): Promise<void> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(outputOf(execution)) ?? [];
  if (putObject === undefined || bucket === undefined || key === undefined) return;
  const csv = execution.statement.kind === 'select';
  const text = csv
    ? resultCsv(execution)
    : (execution.rows ?? []).map((row) => `${row.join('\t')}\n`).join('');
  const headers = { 'content-type': csv ? 'text/csv' : 'text/plain' };
  await putObject(bucket, key, Buffer.from(text), headers);
}

async function answer(actions: Record<string, Action>, call: AwsCall): Promise<AwsReply> {
  const action = actions[call.action];
  const body = jsonBody(call.body);
  if (action === undefined) return jsonError(400, 'UnknownOperationException', 'Unknown operation');
  if (body === undefined) return jsonError(400, 'SerializationException', 'The body is not JSON');
  try {
    return jsonReply(200, action(body));
  } catch (error) {
    if (error instanceof InvalidRequest) return jsonError(400, error.name, error.message);
    return jsonError(500, 'InternalServerException', 'Internal server error');
  }
}

const ON_CATALOG = new Set(['ListDatabases', 'GetTableMetadata', 'ListTableMetadata']);

function permissionsOf(call: AwsCall, executions: Executions): Permission[] {
  const action = `athena:${call.action}`;
  if (ON_CATALOG.has(call.action)) return [{ action, resource: CATALOG_ARN }];
  if (call.action === 'ListWorkGroups') return [{ action, resource: '*' }];
  const { WorkGroup, QueryExecutionId } = jsonBody(call.body) ?? {};
  const of_query = executions.find(String(QueryExecutionId))?.work_group;
  return [{ action, resource: workGroupArn(String(of_query ?? WorkGroup ?? 'primary')) }];
}

/** A query's bytes are counted with the first call that learns of its end: Athena bills them whoever looks. */
function usageOf(
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
  return { data_scanned_bytes: execution.scanned_bytes };
}

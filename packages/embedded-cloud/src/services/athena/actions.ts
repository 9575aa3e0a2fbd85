import { DEFAULT_DATABASE, type Glue } from './catalog.ts';
import {
  describeExecution,
  describeTable,
  describeWorkGroup,
  listDatabases,
  type WorkGroup,
} from './describe.ts';
import type { Execution, Executions } from './executions.ts';
import { QueryFailure } from './failure.ts';
import { parseIceberg } from './iceberg/parse.ts';
import { InvalidRequest, readResultPage } from './results.ts';
import { classifyStatement, type Statement } from './statements.ts';
import { bindParameters } from './trino/parameters.ts';
import { parseTrino } from './trino/parse.ts';

type Body = Record<string, unknown>;
/**
 * Handles one API action.
 *
 * @param body the request
 * @returns the response
 * @throws {InvalidRequest} if Athena would refuse the request
 */
export type Action = (body: Body) => unknown;

interface ActionDeps {
  glue: Glue;
  work_groups: WorkGroup[];
  executions: Executions;
  now: () => number;
}

/**
 * Maximum length of a query string, in bytes.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
 */
const LONGEST_QUERY_BYTES = 262_144;

/**
 * Creates the handlers of all emulated API actions. The key of each handler is the name of its
 * action.
 */
export function createActions(deps: ActionDeps): Record<string, Action> {
  const { glue, work_groups, executions, now } = deps;
  const findExecution = (body: Body): Execution => {
    const id = String(body.QueryExecutionId ?? '');
    const execution = executions.find(id);
    if (execution === undefined) throw new InvalidRequest(`QueryExecution ${id} was not found`);
    return execution;
  };
  return {
    StartQueryExecution: (body) => ({ QueryExecutionId: startQuery(deps, body).id }),
    GetQueryExecution: (body) => describeExecution(findExecution(body), now()),
    GetQueryResults: (body) => readResultPage(requireResults(findExecution(body)), body),
    StopQueryExecution(body) {
      executions.stop(findExecution(body));
      return {};
    },
    GetWorkGroup: (body) => describeWorkGroup(findWorkGroup(work_groups, body)),
    ListWorkGroups: () => ({
      WorkGroups: work_groups.map(({ name }) => ({ Name: name, State: 'ENABLED' })),
    }),
    ListDatabases: () => listDatabases(glue),
    ListTableMetadata: (body) => ({ TableMetadataList: listTables(glue, body).map(describeTable) }),
    GetTableMetadata(body) {
      const table = listTables(glue, body).find(({ name }) => name === body.TableName);
      if (table === undefined) throw new InvalidRequest('The table was not found');
      return { TableMetadata: describeTable(table) };
    },
  };
}

function startQuery({ work_groups, executions }: ActionDeps, body: Body): Execution {
  const { QueryString, QueryExecutionContext, ResultConfiguration, ClientRequestToken } = body as {
    QueryString?: unknown;
    QueryExecutionContext?: { Database?: string };
    ResultConfiguration?: { OutputLocation?: string };
    ClientRequestToken?: string;
  };
  const group = findWorkGroup(work_groups, body);
  if (typeof QueryString !== 'string' || QueryString.trim() === '') {
    throw new InvalidRequest('QueryString is empty');
  }
  if (Buffer.byteLength(QueryString) > LONGEST_QUERY_BYTES) {
    throw new InvalidRequest(
      `QueryString is more than maximum allowed length ${LONGEST_QUERY_BYTES}.`,
    );
  }
  const output_location = group.output_location ?? ResultConfiguration?.OutputLocation;
  if (output_location === undefined) {
    throw new InvalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  }
  try {
    return executions.start({
      query: QueryString,
      database: QueryExecutionContext?.Database?.toLowerCase() ?? DEFAULT_DATABASE,
      work_group: group.name,
      output_location,
      ...(group.most_scanned_bytes === undefined
        ? {}
        : { most_scanned_bytes: group.most_scanned_bytes }),
      statement: readStatement(QueryString, body.ExecutionParameters),
      token: ClientRequestToken,
    });
  } catch (error) {
    if (error instanceof QueryFailure && error.code !== 'SYNTAX_ERROR') throw error;
    throw new InvalidRequest((error as Error).message.replace(/^SYNTAX_ERROR: /, ''));
  }
}

/**
 * Classifies and parses a statement. Athena refuses a statement with a syntax error at once.
 *
 * @param parameters SQL of the literals for the question marks
 * @throws {QueryFailure} SYNTAX_ERROR
 */
function readStatement(query: string, parameters: unknown): Statement {
  const values = Array.isArray(parameters) ? parameters.map(String) : [];
  const statement = classifyStatement(bindParameters(query, values));
  if (statement.kind === 'select' || statement.kind === 'explain') void parseTrino(statement.sql);
  if (statement.kind === 'iceberg') void parseIceberg(statement.sql);
  return statement;
}

function findWorkGroup(work_groups: WorkGroup[], { WorkGroup }: Body): WorkGroup {
  const name = String(WorkGroup ?? 'primary');
  const group = work_groups.find((each) => each.name === name);
  if (group === undefined) throw new InvalidRequest(`WorkGroup ${name} is not found.`);
  return group;
}

function listTables(glue: Glue, { DatabaseName }: Body) {
  if (!glue.databases.includes(String(DatabaseName))) {
    throw new InvalidRequest('The database was not found');
  }
  return glue.tables.filter(({ database }) => database === DatabaseName);
}

/**
 * Returns the execution if its result rows are available.
 *
 * @throws {InvalidRequest} if the query has not succeeded, or if its rows were dropped to save
 * memory
 */
function requireResults(execution: Execution): Execution {
  const { state, rows } = execution;
  if (state === 'QUEUED' || state === 'RUNNING') {
    throw new InvalidRequest(`Query has not yet finished. Current state: ${state}`);
  }
  if (state !== 'SUCCEEDED') {
    throw new InvalidRequest(`Query did not finish successfully. Final query state: ${state}`);
  }
  if (rows === undefined)
    throw new InvalidRequest(
      'The embedded Athena keeps the results of the latest 50 queries only: run the query again',
    );
  return execution;
}

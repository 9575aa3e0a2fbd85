import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import { createPause } from '../../../lib/backoff.ts';
import { type Result, recordKey, ServiceError } from '../../../schemas/index.ts';
import { PATIENCE, quiet } from '../../clients.ts';
import { called, type TableContext } from './insert.ts';
import { createResultsListing, type ResultsPage, type ResultsQuery } from './listing.ts';
import { readRows } from './read.ts';
import { resultOf } from './row.ts';

export type { ResultsPage, ResultsQuery } from './listing.ts';

const CALLS_AT_A_TIME = 8;

/** Look-ups in the results table. Each may throw a {@link ServiceError}. */
export interface ResultsReader {
  get(tenant: string, record_id: string): Promise<Result | undefined>;
  /** Those that are there, by tenant and record id joined with `#`. */
  getMany(records: { tenant: string; record_id: string }[]): Promise<Map<string, Result>>;
  /** Newest first, without the text. @throws {RangeError} where the cursor is none of ours. */
  list(query: ResultsQuery): Promise<ResultsPage>;
}

export interface ResultsReaderDeps {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
}

export function createResultsReader(deps: ResultsReaderDeps): ResultsReader {
  const context: TableContext = {
    client: deps.client ?? quiet(new DynamoDBClient({ requestHandler: PATIENCE })),
    table_name: deps.table_name,
    limit: pLimit(CALLS_AT_A_TIME),
    pause: createPause(),
  };
  const { client, table_name } = context;
  return {
    async get(tenant, record_id) {
      const Key = marshall({ record_key: recordKey({ tenant, record_id }) });
      const { Item } = await called(() =>
        client.send(new GetItemCommand({ TableName: table_name, Key })),
      );
      return Item === undefined ? undefined : resultOf(Item);
    },
    getMany: createGetMany(context),
    list: createResultsListing(context),
  };
}

function createGetMany(context: TableContext): ResultsReader['getMany'] {
  return async (records) => {
    const keys = new Set(records.map(recordKey));
    const { rows, unread } = await readRows(context, [...keys]);
    const [why] = unread.values();
    if (why !== undefined) throw new ServiceError('dynamodb', why.code, why);
    return new Map([...rows].map(([key, row]) => [key, resultOf(row)]));
  };
}

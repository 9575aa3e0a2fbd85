import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from '../attribute.ts';
import { callDynamoDb, type Table } from '../table.ts';
import { LATEST } from './listing-query.ts';

/** One partition of an index, which is read from its newest row to its oldest. */
export interface Partition {
  /** Rows that were read and are not yet merged, newest first. */
  rows: Item[];
  /** Sort key down to which the partition was read. Empty once the partition was read to its end. */
  reached: string;
  /** Reads the next page. */
  fill(): Promise<void>;
}

interface PartitionOptions {
  /** Name of the sort key. */
  sort: string;
  /** Sort key of a row that is left out. */
  after: string | undefined;
  /** Number of rows that the first call reads, and the factor of each further call. */
  first_limit: number;
  growth: number;
}

export function openPartition(
  { client, table_name, limit }: Table,
  query: QueryCommandInput,
  { sort, after, first_limit, growth }: PartitionOptions,
): Partition {
  let next: Item | undefined;
  let Limit = first_limit;
  const partition: Partition = {
    rows: [],
    reached: LATEST,
    async fill() {
      const command = new QueryCommand({
        ...query,
        TableName: table_name,
        Limit,
        ExclusiveStartKey: next,
      });
      const { Items = [], LastEvaluatedKey } = await limit(() =>
        callDynamoDb(() => client.send(command)),
      );
      // Leave out the row of the position. BETWEEN includes this row, but the previous page of the
      // listing already contained the row.
      partition.rows.push(...Items.filter((row) => row[sort]?.S !== after));
      next = LastEvaluatedKey;
      partition.reached = next?.[sort]?.S ?? '';
      Limit *= growth;
    },
  };
  return partition;
}

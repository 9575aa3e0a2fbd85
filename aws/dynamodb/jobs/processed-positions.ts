import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ReadPositions } from '../../../insight/reach/ports.ts';
import type { ProcessedPositions } from '../../../processors/stream/ports.ts';
import { processedPositionSchema } from '../../../schemas/index.ts';
import { callConditionally, openTable, queryItems, type TableDeps } from '../table.ts';

/** Partition key of the positions. It differs from the id of every job, which begins with `job_`. */
const PARTITION = 'processed';
/**
 * Length to which sequence numbers are padded, because DynamoDB compares strings and its numbers
 * have only 38 digits. Sequence numbers have up to 129 digits.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
const DIGITS = 129;

/**
 * Creates the store of the positions in the table of the jobs. The items do not expire: a shard whose
 * position is lost would count as never processed.
 */
export function createProcessedPositions(deps: TableDeps): ProcessedPositions & {
  read: ReadPositions;
} {
  const table = openTable(deps);
  return {
    async put(position) {
      const order = position.sequence_number.padStart(DIGITS, '0');
      const part = `${position.stream_name}/${position.shard_id}`;
      const command = new PutItemCommand({
        TableName: table.table_name,
        Item: marshall({ ...position, order, job_id: PARTITION, part }),
        // An invocation that Lambda has given up may still write, later than the next one.
        ConditionExpression: 'attribute_not_exists(job_id) OR #order <= :order',
        ExpressionAttributeNames: { '#order': 'order' },
        ExpressionAttributeValues: marshall({ ':order': order }),
      });
      void (await callConditionally(() => table.client.send(command)));
    },
    async read() {
      const items = queryItems(table, {
        KeyConditionExpression: 'job_id = :partition',
        ExpressionAttributeValues: marshall({ ':partition': PARTITION }),
        ConsistentRead: true,
      });
      const positions = [];
      for await (const item of items)
        positions.push(processedPositionSchema.parse(unmarshall(item)));
      return positions;
    },
  };
}

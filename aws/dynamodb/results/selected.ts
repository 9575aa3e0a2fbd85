import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { SelectedRows } from '../../../operations/erase/ports.ts';
import {
  listAuthors,
  type Result,
  recordKey,
  type Selection,
  ServiceError,
} from '../../../schemas/index.ts';
import { itemOf } from '../attribute.ts';
import { callDynamoDb, openTable, type Table } from '../table.ts';
import { resultOf } from './row.ts';
import { createResultsTable, type ResultsTableDeps } from './table.ts';

/** Sorts after the place of every record, so that a withdrawal wins against records of the same stamp. */
const LAST_PLACE = '~';

/**
 * Creates the access of an erasure and an export to the results table. Records that are not named by their
 * ids are found by a scan of the whole table, because no index has authors. A scan reads consistently.
 */
export function createSelectedRows(deps: ResultsTableDeps): SelectedRows {
  const table = openTable(deps);
  const results = createResultsTable(deps);
  return {
    page: (selection, after) =>
      selection.selector.record_id === undefined
        ? scanPage(table, selection, after)
        : getRow(table, selection),
    async withdraw(withdrawals) {
      const entries = withdrawals.map((result) => {
        return { result, place: LAST_PLACE, is_creation_given: false };
      });
      const answers = entries.length === 0 ? [] : await results.put(entries);
      return answers.flatMap((answer) => {
        if ('code' in answer) throw new ServiceError('dynamodb', answer.code, answer);
        return answer.outcome === 'not_newer' ? [] : [answer.row];
      });
    },
  };
}

async function scanPage(table: Table, selection: Selection, after: string | undefined) {
  const command = new ScanCommand({
    TableName: table.table_name,
    ConsistentRead: true,
    ...buildFilter(selection),
    ...(after === undefined ? {} : { ExclusiveStartKey: itemOf({ record_key: after }) }),
  });
  const { Items = [], LastEvaluatedKey } = await callDynamoDb(() => table.client.send(command));
  return { rows: Items.map(resultOf), next: LastEvaluatedKey?.record_key?.S };
}

function buildFilter(selection: Selection) {
  const { selector, accepted_until } = selection;
  const { tenant, source, before } = selector;
  const authors = listAuthors(selection).map((author, i) => [`:author${i}`, author] as const);
  const mine = ['tenant = :tenant'];
  if (source !== undefined) mine.push('#source = :source');
  const live = ['#status <> :withdrawn', 'stamp <= :until'];
  if (authors.length > 0) live.push(`author IN (${authors.map(([name]) => name).join(', ')})`);
  if (before !== undefined) live.push('created_at < :before');
  const time = before === undefined ? undefined : new Date(before).toISOString();
  const values = { ':source': source, ...Object.fromEntries(authors), ':before': time };
  return {
    FilterExpression: `${mine.join(' AND ')} AND ((${live.join(' AND ')}) OR (#status = :withdrawn AND stamp = :until))`,
    ExpressionAttributeNames: {
      '#status': 'status',
      ...(source !== undefined && { '#source': 'source' }),
    },
    ExpressionAttributeValues: itemOf({
      ...{ ':tenant': tenant, ':withdrawn': 'withdrawn', ':until': accepted_until, ...values },
    }),
  };
}

async function getRow(table: Table, { selector, accepted_until }: Selection) {
  const { tenant, source = '', record_id = '' } = selector;
  const command = new GetItemCommand({
    TableName: table.table_name,
    Key: { record_key: { S: recordKey({ tenant, source, record_id }) } },
    ConsistentRead: true,
  });
  const { Item } = await callDynamoDb(() => table.client.send(command));
  const row = Item === undefined ? undefined : resultOf(Item);
  return { rows: row !== undefined && isSelected(row, accepted_until) ? [row] : [] };
}

function isSelected({ status, stamp }: Result, accepted_until: number): boolean {
  return status === 'withdrawn' ? stamp === accepted_until : stamp <= accepted_until;
}

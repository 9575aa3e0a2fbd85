import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { QuotaLedger, Rate, Slots } from '../../processors/analysis/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import { PATIENCE, quiet } from '../clients.ts';
import { conditional } from './conditional.ts';

const rowSchema = z.object({
  /** Epoch milliseconds: when the next call may start. */
  next_slot_at: z.number(),
  calls_per_second: z.number().positive(),
  /** The rate that was last refused. */
  refused_at: z.number().positive(),
  /** Epoch milliseconds: when the rate last changed. */
  changed_at: z.number(),
});
type Row = z.infer<typeof rowSchema>;

/** Writers that hit on one another in a row, before somebody gives up. Each time one of them got through. */
const MAX_TRIES = 20;

/**
 * A quota's book: one item of a DynamoDB table with the partition key `quota`. A reservation is one write; one more, and
 * a read, where the rate has changed or nobody has called for a while.
 */
export function createQuotaLedger(deps: {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  quota: string;
  calls_per_second: number;
  /** Epoch milliseconds. */
  now: () => number;
}): QuotaLedger {
  const client = deps.client ?? quiet(new DynamoDBClient({ requestHandler: PATIENCE }));
  const { table_name: TableName, now } = deps;
  const Key = marshall({ quota: deps.quota });
  const quota: Rate = {
    calls_per_second: deps.calls_per_second,
    refused_at: deps.calls_per_second,
  };
  let known: Row = { next_slot_at: 0, changed_at: 0, ...quota };

  async function update(
    set: string,
    condition: string,
    values: Record<string, number>,
  ): Promise<Row | undefined> {
    const command = new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: `SET ${set}`,
      ConditionExpression: condition,
      ExpressionAttributeValues: marshall(values),
      ReturnValues: 'ALL_NEW',
    });
    const output = await conditional(() => client.send(command));
    return output === undefined ? undefined : rowSchema.parse(unmarshall(output.Attributes!));
  }

  async function read(): Promise<Row | undefined> {
    const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
    const output = await conditional(() => client.send(command));
    return output?.Item === undefined ? undefined : rowSchema.parse(unmarshall(output.Item));
  }

  /** In line behind those who wait; or now, where nobody does. Undefined where the book is not as we thought. */
  function take(span_ms: number, latest: number, at: number): Promise<Row | undefined> {
    const { calls_per_second: rate } = known;
    if (known.next_slot_at >= at) {
      return update(
        'next_slot_at = next_slot_at + :span',
        'calls_per_second = :rate AND next_slot_at >= :now AND next_slot_at <= :latest',
        { ':span': span_ms, ':rate': rate, ':now': at, ':latest': latest },
      );
    }
    return update(
      'next_slot_at = :next, calls_per_second = :rate, changed_at = if_not_exists(changed_at, :zero), refused_at = if_not_exists(refused_at, :rate)',
      'attribute_not_exists(quota) OR (calls_per_second = :rate AND next_slot_at < :now)',
      { ':next': at + span_ms, ':rate': rate, ':now': at, ':zero': 0 },
    );
  }

  return {
    async reserve(slots, latest): Promise<Slots | undefined> {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const at = now();
        if (at > latest) return undefined;
        const { calls_per_second } = known;
        const interval_ms = 1_000 / calls_per_second;
        const taken = await take(slots * interval_ms, Math.min(latest, FAR), at);
        if (taken !== undefined) {
          known = taken;
          const starts_at = taken.next_slot_at - slots * interval_ms;
          const { refused_at, changed_at: rate_changed_at } = taken;
          return {
            starts_at,
            interval_ms,
            rate: { calls_per_second, refused_at },
            rate_changed_at,
          };
        }
        known = (await read()) ?? { ...known, next_slot_at: 0 };
        // A quota that the deployment has lowered holds at once.
        if (known.calls_per_second > deps.calls_per_second) await setRate(quota);
        if (known.next_slot_at > latest) return undefined;
      }
      throw new ServiceError('dynamodb', 'LedgerContended', { retryable: true });
    },
    async change(from, to, settled_ms) {
      const at = now();
      const changed = await update(
        'calls_per_second = :to, refused_at = :refused, changed_at = :at',
        'calls_per_second = :from AND changed_at <= :settled',
        { ...changes(to, at), ':from': from, ':settled': at - settled_ms },
      );
      known = changed ?? (await read()) ?? known;
    },
  };

  async function setRate(to: Rate): Promise<void> {
    const set = 'calls_per_second = :to, refused_at = :refused, changed_at = :at';
    const values = { ...changes(to, now()), ':from': known.calls_per_second };
    known = (await update(set, 'calls_per_second = :from', values)) ?? known;
  }
}

function changes(to: Rate, at: number) {
  return { ':to': to.calls_per_second, ':refused': to.refused_at, ':at': at };
}

/** DynamoDB's numbers know no infinity. 9999-12-31. */
const FAR = 253_402_300_799_000;

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobStore, Pulse } from '../../../jobs/ports.ts';
import { timestamp } from '../../../schemas/index.ts';
import { queried } from '../conditional.ts';
import { called } from '../results/insert.ts';
import type { JobsTable } from './rows.ts';

/** Stands where a job's id does; those begin with `job_`. */
const PULSES = 'pulses';
/** A shard that is no more is soon forgotten. */
const TTL_SECONDS = 3_600;

const pulseSchema = z.object({
  shard_id: z.string(),
  ended_at: timestamp,
  records: z.int().min(0),
  duration_ms: z.number().min(0),
  iterator_age_ms: z.number().min(0),
}) satisfies z.ZodType<Pulse>;

/** One item per shard: the last write stays. */
export function createPulses(table: JobsTable): Pick<JobStore, 'putPulse' | 'pulses'> {
  const { client, table_name, now } = table;
  return {
    async putPulse(pulse) {
      const expires_at = Math.floor(now() / 1_000) + TTL_SECONDS;
      const Item = marshall({ ...pulse, job_id: PULSES, part: pulse.shard_id, expires_at });
      await called(() => client.send(new PutItemCommand({ TableName: table_name, Item })));
    },
    async pulses() {
      const pulses: Pulse[] = [];
      const items = queried(table, {
        KeyConditionExpression: 'job_id = :pulses',
        ExpressionAttributeValues: marshall({ ':pulses': PULSES }),
      });
      for await (const item of items) pulses.push(pulseSchema.parse(unmarshall(item)));
      return pulses;
    },
  };
}

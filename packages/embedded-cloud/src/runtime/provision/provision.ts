import { REGION } from '../../gateway/types.ts';
import type { CorsRule } from '../../services/s3/cors.ts';
import { parseDefaultRetention } from '../../services/s3/retention.ts';
import type { Callers } from '../callers.ts';
import type { Deployment } from '../deployment.ts';
import type { Services } from '../services.ts';
import { provisionDeliveryStreams } from './delivery-streams.ts';
import { provisionStreams } from './streams.ts';
import { provisionTables } from './tables.ts';

/**
 * Creates the template's streams, tables, buckets and delivery streams. Resources that already
 * exist retain their data.
 */
export async function provision(options: {
  deployment: Deployment;
  services: Services;
  callers: Callers;
  endpoint: string;
}): Promise<void> {
  const { deployment, services } = options;
  const { stack } = deployment;
  const { access_key_id, secret_access_key } = options.callers.owner;
  const config = {
    endpoint: options.endpoint,
    region: REGION,
    credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key },
  };
  await Promise.all([
    provisionStreams(stack, config),
    provisionTables(stack, config),
    provisionBuckets(deployment, services),
  ]);
}

interface BucketProperties {
  CorsConfiguration?: { CorsRules: CorsRule[] };
  ObjectLockEnabled?: boolean | string;
  ObjectLockConfiguration?: {
    Rule?: {
      DefaultRetention?: { Mode?: string; Days?: number | string; Years?: number | string };
    };
  };
}

/**
 * Creates the buckets before the delivery streams. If an earlier process left undelivered records,
 * a new delivery stream writes these records to its bucket immediately.
 */
async function provisionBuckets(
  { stack, roles }: Deployment,
  { s3, firehose }: Services,
): Promise<void> {
  const buckets = stack.resources('AWS::S3::Bucket');
  await Promise.all(buckets.map(({ physical_id }) => s3.createBucket(physical_id)));
  for (const bucket of buckets) {
    const properties = bucket.properties() as BucketProperties;
    const { CorsConfiguration } = properties;
    if (CorsConfiguration !== undefined) {
      s3.setCorsRules(bucket.physical_id, CorsConfiguration.CorsRules);
    }
    const lock = readObjectLock(properties);
    if (lock !== undefined) await s3.setObjectLock(bucket.physical_id, lock);
  }
  await provisionDeliveryStreams(stack, roles, firehose);
}

/** Reads the object lock of a bucket. Returns undefined if the bucket has none. */
function readObjectLock({ ObjectLockEnabled, ObjectLockConfiguration }: BucketProperties) {
  if (String(ObjectLockEnabled) !== 'true') return undefined;
  const { DefaultRetention } = ObjectLockConfiguration?.Rule ?? {};
  if (DefaultRetention === undefined) return {};
  const { Mode: mode, Days, Years } = DefaultRetention;
  const days = Days === undefined ? undefined : Number(Days);
  const years = Years === undefined ? undefined : Number(Years);
  return { default_retention: parseDefaultRetention({ mode, days, years }) };
}

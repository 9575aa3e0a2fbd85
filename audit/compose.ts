import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createAuditBucket } from '../aws/s3/audit-bucket.ts';
import { createSecret } from '../aws/secrets-manager/secrets.ts';
import { describeSafely } from '../lib/safe-error.ts';
import { auditEnvironmentSchema, parseEnvironment } from '../schemas/index.ts';
import { type AuditMessageDeps, handleAuditMessages } from './handle.ts';
import { type AuditKeys, deriveAuditKeys } from './keys.ts';
import type { AuditTrail } from './record-act.ts';
import { sealDays } from './seal.ts';
import { type AuditWriter, createAuditWriter } from './writer.ts';

interface AuditResources {
  bucket_name: string;
  key_arn: string;
  /** The kind of process that writes, such as `cli`: a few lower-case letters. */
  kind: string;
}

/**
 * Creates the trail of this process with its AWS clients. The process is one writer, however many
 * callers it serves.
 *
 * @example
 * const trailOf = composeAuditTrail({ bucket_name, key_arn, kind: 'api' }, { onOutcomeLost });
 * await recordAct(trailOf(caller), { act: 'erase', tenant }, () => erase(selection));
 */
export function composeAuditTrail(
  resources: AuditResources,
  { onOutcomeLost }: Pick<AuditTrail, 'onOutcomeLost'>,
): (caller: AuditTrail['caller']) => AuditTrail {
  const { writer, keys } = composeAuditWriter(resources);
  return (caller) => ({ writer, keys, caller, now: Date.now, onOutcomeLost });
}

/** Creates the writer of this process. */
function composeAuditWriter({ bucket_name, key_arn, kind }: AuditResources): {
  writer: AuditWriter;
  keys: () => Promise<AuditKeys>;
} {
  const keys = composeAuditKeys(key_arn);
  const store = createAuditBucket({ bucket_name });
  const name = `${kind}-${randomUUID()}`;
  return { writer: createAuditWriter({ store, keys, writer: name, now: Date.now }), keys };
}

/** Creates the function that reads the secret of the trail and derives its keys. */
export function composeAuditKeys(key_arn: string): () => Promise<AuditKeys> {
  const readSecret = createSecret({ secret_id: key_arn });
  return async () => deriveAuditKeys(await readSecret());
}

/**
 * Builds the Lambda function that writes reads of texts to the trail and seals past days.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function composeAuditFunction(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(auditEnvironmentSchema, variables);
  const { AUDIT_BUCKET: bucket_name, AUDIT_KEY_ARN: key_arn } = environment;
  const logger = new Logger({ serviceName: 'aurastream-audit' });
  const metrics = new Metrics({
    ...{ namespace: 'AuraStream', serviceName: 'audit' },
    defaultDimensions: { environment: environment.ENVIRONMENT },
  });
  const { writer, keys } = composeAuditWriter({ bucket_name, key_arn, kind: 'audit' });
  const store = createAuditBucket({ bucket_name });
  const deps: AuditMessageDeps = {
    ...{ writer, keys },
    seal: () => sealDays({ store, keys, now: Date.now }),
    log: (message, details) => logger.info(message, { ...details }),
    logError: (message, error) => logger.error(message, { ...describeSafely(error) }),
    measureFindings: (count) => {
      metrics.addMetric('audit_findings', MetricUnit.Count, count);
      metrics.publishStoredMetrics();
    },
  };
  return ({ Records }: SQSEvent): Promise<SQSBatchResponse> => handleAuditMessages(deps, Records);
}

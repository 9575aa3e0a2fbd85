import { randomUUID } from 'node:crypto';
import { createAuditBucket } from '../aws/s3/audit-bucket.ts';
import { createSecret } from '../aws/secrets-manager/secrets.ts';
import { type AuditKeys, deriveAuditKeys } from './keys.ts';
import type { AuditTrail } from './record-act.ts';
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
export function composeAuditWriter({ bucket_name, key_arn, kind }: AuditResources): {
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

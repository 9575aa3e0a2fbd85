import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { composeAuditTrail } from '../audit/compose.ts';
import { type AuditTrail, AuditUnavailable, recordAct } from '../audit/record-act.ts';
import type { StackOutputs } from '../aws/cloudformation/stack.ts';
import { readCallerArn } from '../aws/sts/caller.ts';
import type { AuditAct, AuditOutcome } from '../schemas/index.ts';
import { Advice } from './errors.ts';

/** Opens the audit trail of a stack. An object, so that tests can put a trail in memory in its place. */
export const auditTrails = {
  /** @throws {ServiceError} if the credentials are not valid. */
  async open({ AuditBucketName, AuditKeyArn }: StackOutputs): Promise<AuditTrail> {
    const trailOf = composeAuditTrail(
      { bucket_name: AuditBucketName, key_arn: AuditKeyArn, kind: 'cli' },
      { onOutcomeLost: warnOfLostOutcome },
    );
    const principal = { kind: 'iam', arn: await readCallerArn() } as const;
    const from = { host: hostname().replace(/[^\x21-\x7e]/g, '_') || 'unknown' };
    return trailOf({ principal, from, request_id: randomUUID() });
  },
};

/** Says that an act is done and that its outcome is missing in the trail. */
function warnOfLostOutcome(act_id: string, error: unknown): void {
  const code = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The audit trail lacks the outcome of the act ${act_id}: ${code}\n`);
}

/**
 * Does an act of an operator, and records who does it, from which host, and how it ends. Without the
 * first entry, nothing is done.
 *
 * @param describe returns the counts of a result, or another outcome than `done`.
 * @throws {Advice} if the act cannot be recorded.
 *
 * @example
 * await withAudit(stack, { act: 'revoke_key', selectors: { key_id } }, () => keys.revoke(key_id));
 */
export async function withAudit<Result>(
  stack: StackOutputs,
  act: AuditAct,
  work: () => Promise<Result>,
  describe?: (result: Result) => Partial<AuditOutcome>,
): Promise<Result> {
  const trail = await auditTrails.open(stack);
  try {
    return await recordAct(trail, act, work, describe);
  } catch (cause) {
    if (!(cause instanceof AuditUnavailable)) throw cause;
    throw new Advice(
      cause.message,
      'Your credentials need s3:PutObject on the audit bucket and secretsmanager:GetSecretValue on its key.',
      { cause },
    );
  }
}

import { type AuditEntry, type AuditMessage, auditMessageSchema } from '../schemas/index.ts';
import type { AuditKeys } from './keys.ts';
import { createEntry } from './record-act.ts';
import type { SealOutcome } from './seal.ts';
import type { AuditWriter } from './writer.ts';

export interface AuditMessageDeps {
  writer: AuditWriter;
  keys: () => Promise<AuditKeys>;
  seal: () => Promise<SealOutcome>;
  log: (message: string, details: object) => void;
  logError: (message: string, error: unknown) => void;
  /** Publishes the number of places at which a sealed day was not as its writers wrote it. */
  measureFindings: (count: number) => void;
}

interface QueuedMessage {
  messageId: string;
  body: string;
}

/**
 * Handles a batch of the audit queue: it writes all reads of texts as one object, and seals past days if
 * a message says so. A message that fails is delivered again, so that a read can be in the trail twice.
 *
 * @returns the ids of the failed messages.
 */
export async function handleAuditMessages(
  deps: AuditMessageDeps,
  messages: QueuedMessage[],
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const failed: string[] = [];
  const parsed = messages.map(({ messageId, body }) => ({ messageId, message: parse(body) }));
  for (const { messageId, message } of parsed) {
    if (message !== undefined) continue;
    deps.logError('audit message is unreadable', new TypeError('UnreadableMessage'));
    failed.push(messageId);
  }
  const reads = parsed.filter(({ message }) => message?.kind === 'read');
  try {
    await writeReads(
      deps,
      reads.flatMap(({ message }) => (message?.kind === 'read' ? [message] : [])),
    );
  } catch (error) {
    deps.logError('reads not recorded', error);
    failed.push(...reads.map(({ messageId }) => messageId));
  }
  const commands = parsed.filter(({ message }) => message?.kind === 'seal');
  if (commands.length > 0 && !(await sealPastDays(deps))) {
    failed.push(...commands.map(({ messageId }) => messageId));
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function writeReads(
  { writer, keys, log }: AuditMessageDeps,
  reads: Extract<AuditMessage, { kind: 'read' }>[],
): Promise<void> {
  if (reads.length === 0) return;
  const known_keys = await keys();
  const entries: AuditEntry[] = reads.map(({ caller, act, act_id, at, outcome }) =>
    createEntry(known_keys, caller, act, { phase: 'read', act_id, at, ...outcome }),
  );
  await writer.write(entries);
  log('reads recorded', { reads: entries.length });
}

async function sealPastDays(deps: AuditMessageDeps): Promise<boolean> {
  try {
    const { days, objects, findings } = await deps.seal();
    deps.measureFindings(findings.length);
    if (days.length > 0)
      deps.log('days sealed', { days, objects, findings: findings.slice(0, 10) });
    return true;
  } catch (error) {
    deps.logError('days not sealed', error);
    return false;
  }
}

function parse(body: string): AuditMessage | undefined {
  try {
    return auditMessageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

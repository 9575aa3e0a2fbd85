import { randomUUID } from 'node:crypto';
import { type AuditAct, type AuditCaller, auditMessageSchema } from '../schemas/index.ts';
import type { AuditQueue } from './ports.ts';

/**
 * Creates the function that hands a read of texts to the function that writes the trail. The process needs
 * neither the key of the trail nor a permission for its bucket.
 *
 * @throws {ServiceError} from the returned function, if the read cannot be handed over.
 */
export function createQueueRead(deps: { queue: AuditQueue; now: () => number }) {
  return async ({ caller, act }: { caller: AuditCaller; act: AuditAct }): Promise<void> => {
    const message = auditMessageSchema.parse({
      kind: 'read',
      ...{ caller, act, act_id: randomUUID() },
      at: new Date(deps.now()).toISOString(),
      outcome: { outcome: 'done' },
    });
    await deps.queue.send(message, 0);
  };
}

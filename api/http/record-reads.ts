import type { Context, MiddlewareHandler } from 'hono';
import type { AuditAct, AuditCaller } from '../../schemas/index.ts';
import type { ApiEnv } from './env.ts';

/** A read of stored texts that was answered. */
export interface RecordedRead {
  caller: AuditCaller;
  act: AuditAct;
}

/**
 * Writes each answer with stored texts to the audit trail, before the answer is sent. A handler marks such
 * an answer with `c.set('read', …)`. If the trail cannot be written, the caller gets no texts.
 */
export function recordReads(deps: {
  record_read: (read: RecordedRead) => Promise<void>;
}): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    const act = c.get('read');
    if (act === undefined || c.res.status >= 400) return;
    try {
      await deps.record_read({ caller: describeCaller(c), act });
    } catch (error) {
      await c.res.body?.cancel();
      throw error;
    }
  };
}

/** Describes the caller of a request for the audit trail. */
export function describeCaller(c: Context<ApiEnv>): AuditCaller {
  const { identity, authorizer } = c.env?.requestContext ?? {};
  const tenant = c.get('tenant');
  const subject = authorizer?.subject;
  return {
    principal:
      subject === undefined
        ? { kind: 'api_key', id: identity?.apiKeyId ?? 'unknown', tenant }
        : { kind: 'oidc', subject, tenant },
    from: { source_ip: identity?.sourceIp ?? 'unknown' },
    request_id: c.get('request_id'),
  };
}

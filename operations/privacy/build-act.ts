import type { AuditAct, Selector } from '../../schemas/index.ts';

/** Builds the entry of the audit trail about a selection. Author and id are stored in it as HMAC. */
export function buildAct(act: 'erase' | 'export', selector: Selector): AuditAct {
  const { tenant, source, record_id, author, before } = selector;
  return {
    ...{ act, tenant },
    selectors: { ...(source && { source }), ...(before && { before }) },
    persons: { ...(author && { author }), ...(record_id && { record_id }) },
  };
}

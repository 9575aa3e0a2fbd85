import type { PrivacyRequests } from '../../api/ports.ts';
import {
  type ErasureState,
  type ExportState,
  type PrivacyMessage,
  type PrivacyRequest,
  privacyMessageSchema,
  privacyRequestSchema,
} from '../../schemas/index.ts';

/** Creates the requests for erasures and exports in memory. Messages are parsed as the function parses them. */
export function createFakePrivacyRequests() {
  const stored = new Map<string, PrivacyRequest>();
  const states = new Map<string, ErasureState>();
  const exports = new Map<string, ExportState>();
  /** When an erasure deleted the exports of a tenant. */
  const erased = new Map<string, number>();
  const messages: PrivacyMessage[] = [];
  const requests: PrivacyRequests = {
    async put(request) {
      const parsed = privacyRequestSchema.parse(request);
      stored.set(`${parsed.tenant}/${parsed.request_id}`, parsed);
    },
    get: async (tenant, request_id) => stored.get(`${tenant}/${request_id}`),
    readErasure: async (erasure_id) => states.get(erasure_id),
    readExport: async (tenant, export_id) => exports.get(`${tenant}/${export_id}`),
    readErasedAt: async (tenant) => erased.get(tenant),
    async send(message) {
      messages.push(privacyMessageSchema.parse(JSON.parse(JSON.stringify(message))));
    },
  };
  return { requests, stored, states, exports, erased, messages };
}

import type { AlertHistoryResponse, AlertsResponse, IncidentsResponse } from '../schemas/index.ts';
import { readPages, sendForJson } from './json.ts';
import type { Send } from './send.ts';
import type { Client } from './types.ts';

type AlertMethods = Pick<
  Client,
  'alerts' | 'setAlert' | 'muteAlert' | 'testAlert' | 'deleteAlert' | 'alertHistory' | 'incidents'
>;

/** Creates the methods of the client that define, test and follow alerts. */
export function createAlertMethods(send: Send): AlertMethods {
  return {
    async alerts({ signal } = {}) {
      const { alerts } = await sendForJson<AlertsResponse>(send, '/alerts', { signal });
      return alerts;
    },
    setAlert: (alert, { signal } = {}) =>
      sendForJson(send, '/alerts', { method: 'POST', body: alert, signal }),
    muteAlert: (name, until, { signal } = {}) =>
      sendForJson(send, pathOf(name, '/mute'), { method: 'POST', body: { until }, signal }),
    testAlert: (name, { signal } = {}) =>
      sendForJson(send, pathOf(name, '/test'), { method: 'POST', body: {}, signal }),
    deleteAlert: (name, { signal } = {}) =>
      sendForJson(send, pathOf(name), { method: 'DELETE', signal }),
    alertHistory: (name, { page_size = 50, signal } = {}) =>
      readPages(async (cursor) => {
        const page = { query: { limit: page_size, cursor }, signal };
        const path = pathOf(name, '/history');
        const { events, next_cursor } = await sendForJson<AlertHistoryResponse>(send, path, page);
        return { items: events, next_cursor };
      }),
    incidents: ({ from, to }, { page_size = 100, signal } = {}) =>
      readPages(async (cursor) => {
        const page = { query: { from, to, limit: page_size, cursor }, signal };
        const answer = await sendForJson<IncidentsResponse>(send, '/incidents', page);
        return { items: answer.incidents, next_cursor: answer.next_cursor };
      }),
  };
}

const pathOf = (name: string, rest = '') => `/alerts/${encodeURIComponent(name)}${rest}`;

import type { SetAsidesResponse } from '../schemas/index.ts';
import { readPages, sendForJson } from './json.ts';
import type { Send } from './send.ts';
import type { Client } from './types.ts';

type SetAsideMethods = Pick<Client, 'countSetAsides' | 'listSetAsides' | 'replaySetAsides'>;

/** Creates the methods of the client that read and replay records that could not be processed. */
export function createSetAsideMethods(send: Send): SetAsideMethods {
  return {
    countSetAsides: ({ signal } = {}) => sendForJson(send, '/set-asides/counts', { signal }),
    listSetAsides: (query = {}, { page_size = 20, signal } = {}) =>
      readPages(async (cursor) => {
        const page = { query: { ...query, limit: page_size, cursor }, signal };
        const answer = await sendForJson<SetAsidesResponse>(send, '/set-asides', page);
        return { items: answer.set_asides, next_cursor: answer.next_cursor };
      }),
    replaySetAsides: (replay, { signal } = {}) =>
      sendForJson(send, '/set-asides/replay', { method: 'POST', body: replay, signal }),
  };
}

import type { DigestsResponse } from '../schemas/index.ts';
import { sendForJson } from './json.ts';
import type { Send } from './send.ts';
import type { Client } from './types.ts';

type DigestMethods = Pick<
  Client,
  'previewDigest' | 'digests' | 'setDigest' | 'deleteDigest' | 'digestHistory'
>;

/** Creates the methods of the client that preview, define and follow digests. */
export function createDigestMethods(send: Send): DigestMethods {
  return {
    previewDigest: (query = {}, { signal } = {}) =>
      sendForJson(send, '/digests/preview', { query, signal }),
    async digests({ signal } = {}) {
      const { digests } = await sendForJson<DigestsResponse>(send, '/digests', { signal });
      return digests;
    },
    setDigest: (digest, { signal } = {}) =>
      sendForJson(send, '/digests', { method: 'POST', body: digest, signal }),
    deleteDigest: (name, { signal } = {}) =>
      sendForJson(send, pathOf(name), { method: 'DELETE', signal }),
    digestHistory: (name, { signal } = {}) =>
      sendForJson(send, `${pathOf(name)}/history`, { signal }),
  };
}

const pathOf = (name: string) => `/digests/${encodeURIComponent(name)}`;

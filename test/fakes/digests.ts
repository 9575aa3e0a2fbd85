import type { DigestQueue, Digests } from '../../insight/digests/ports.ts';
import type { DigestDefinition, DigestMessage } from '../../schemas/index.ts';

/** Creates digests in memory. */
export function createFakeDigests(): Digests {
  const digests = new Map<string, DigestDefinition>();
  const keyOf = (tenant: string, name: string) => `${tenant}#${name}`;
  return {
    list: async (tenant) =>
      [...digests.entries()]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, digest]) => digest)
        .filter((digest) => tenant === undefined || digest.tenant === tenant),
    get: async (tenant, name) => digests.get(keyOf(tenant, name)),
    put: async (digest) => void digests.set(keyOf(digest.tenant, digest.name), digest),
    async delete(tenant, name) {
      const digest = digests.get(keyOf(tenant, name));
      digests.delete(keyOf(tenant, name));
      return digest;
    },
  };
}

/** Creates a queue of digests that keeps its messages. */
export function createFakeDigestQueue(): { queue: DigestQueue; sent: DigestMessage[] } {
  const sent: DigestMessage[] = [];
  return { queue: { send: async (message) => void sent.push(message) }, sent };
}

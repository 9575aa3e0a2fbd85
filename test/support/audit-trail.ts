import { randomUUID } from 'node:crypto';
import { deriveAuditKeys } from '../../audit/keys.ts';
import type { AuditStore, StoredObject } from '../../audit/ports.ts';
import type { AuditTrail } from '../../audit/record-act.ts';
import { createAuditWriter } from '../../audit/writer.ts';
import type { AuditCaller, AuditLine } from '../../schemas/index.ts';

/** A store of the trail in memory. `objects` has the current text of each key. */
export interface MemoryAuditStore extends AuditStore {
  objects: Map<string, string>;
  /** Number of versions of each key, and the keys that a delete marker hides. */
  versions: Map<string, number>;
  deleted: Set<string>;
}

export function createMemoryAuditStore(): MemoryAuditStore {
  const objects = new Map<string, string>();
  const versions = new Map<string, number>();
  const deleted = new Set<string>();
  return {
    objects,
    versions,
    deleted,
    async put(key, text) {
      if (objects.has(key)) return 'exists';
      objects.set(key, text);
      return 'written';
    },
    getText: async (key) => (deleted.has(key) ? undefined : objects.get(key)),
    async *list(prefix) {
      for (const key of [...objects.keys()].filter((one) => one.startsWith(prefix)).sort()) {
        const object: StoredObject = {
          key,
          versions: versions.get(key) ?? 1,
          is_deleted: deleted.has(key),
        };
        yield object;
      }
    },
  };
}

/** Lists the lines of all objects, in the order in which the objects were written. */
export function listLines({ objects }: Pick<MemoryAuditStore, 'objects'>): AuditLine[] {
  return [...objects.values()].flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditLine),
  );
}

export const AUDIT_KEYS = deriveAuditKeys('secret of the deployment');
export const readAuditKeys = async () => AUDIT_KEYS;

export const anOperator: AuditCaller = {
  principal: { kind: 'iam', arn: 'arn:aws:iam::000000000000:user/ada' },
  from: { host: 'laptop' },
  request_id: 'request-1',
};

/** Creates the trail of a process that writes to a store, with a clock of its own. */
export function createTrail(
  store: Pick<AuditStore, 'put' | 'getText'>,
  now: () => number,
): AuditTrail & { lost: unknown[] } {
  const writer = createAuditWriter({
    store,
    keys: readAuditKeys,
    writer: `test-${randomUUID()}`,
    now,
  });
  const lost: unknown[] = [];
  return {
    writer,
    keys: readAuditKeys,
    caller: anOperator,
    now,
    lost,
    onOutcomeLost: (_, error) => lost.push(error),
  };
}

import type { KeptTime, Manifest, RawObject, TableLease } from '../../insight/keeper/ports.ts';

/** Creates an in-memory manifest. `merged` holds the keys of the objects that have been merged. */
export function createFakeManifest(now: () => number) {
  const waiting = new Map<string, RawObject>();
  const merged = new Set<string>();
  const changed = new Map<string, number>();
  const times = new Map<KeptTime, number>();
  const manifest: Manifest = {
    async add(object) {
      if (!waiting.has(object.key)) waiting.set(object.key, { ...object });
    },
    has: async (key) => waiting.has(key) || merged.has(key),
    async list(limit) {
      const objects = [...waiting.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      return objects.slice(0, limit).map((object) => ({ ...object }));
    },
    async complete(objects) {
      for (const { key, days, has_withdrawals } of objects) {
        for (const day of days) changed.set(day, now());
        if (has_withdrawals) times.set('withdrawn', now());
        merged.add(key);
        waiting.delete(key);
      }
    },
    async noteChanges(days) {
      for (const day of days) changed.set(day, now());
      times.set('withdrawn', now());
    },
    async postpone(objects, retry_at) {
      for (const { key } of objects) {
        const object = waiting.get(key);
        if (object !== undefined)
          Object.assign(object, { retry_at, failures: object.failures + 1 });
      }
    },
    changedDays: async () => [...changed.keys()].sort(),
    async forgetDays(days, before) {
      for (const day of days) if ((changed.get(day) ?? 0) <= before) changed.delete(day);
    },
    readTime: async (name) => times.get(name) ?? 0,
    async writeTime(name, at) {
      times.set(name, at);
    },
  };
  return { manifest, waiting, merged };
}

/** Creates an in-memory lease. */
export function createFakeTableLease(now: () => number): TableLease {
  let held: { owner?: string | undefined; until: number; statement?: string | undefined } = {
    until: 0,
  };
  return {
    async take(owner, until) {
      const is_free = held.owner === undefined || held.until <= now() || held.owner === owner;
      if (!is_free) return undefined;
      held = { ...held, owner, until };
      return { left_statement: held.statement };
    },
    async extend(owner, until, statement) {
      if (held.owner !== owner) return false;
      held = { owner, until, statement };
      return true;
    },
    async release(owner) {
      if (held.owner === owner) held = { until: 0 };
    },
  };
}

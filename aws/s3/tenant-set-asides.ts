import type { SetAsideRef, TenantSetAsides } from '../../api/set-asides/ports.ts';
import { type Bucket, type BucketDeps, openBucket } from './bucket.ts';
import { parseMarkKey, RESTORED } from './failure-bucket.ts';
import { findSetAside, readSetAside } from './set-aside-bucket.ts';
import { OVER_BUDGET, parseSetAsideKey, SET_ASIDES } from './set-aside-keys.ts';

/** Number of objects that one listing reads at most. S3 returns 1,000 a call. */
const MOST_LISTED = 10_000;

type Listed = { key: string; written_at: number };

/** Creates the reader of the set-asides of one tenant. Other tenants' set-asides have other prefixes. */
export function createTenantSetAsides(deps: BucketDeps): TenantSetAsides {
  const bucket = openBucket(deps);
  return {
    async list(tenant) {
      const months = await bucket.listFolders(OVER_BUDGET);
      const prefixes = [SET_ASIDES, ...months.map((month) => `${OVER_BUDGET}${month}/`)];
      const [marks, objects] = await Promise.all([
        listMost(bucket, [RESTORED]),
        listMost(
          bucket,
          prefixes.map((prefix) => `${prefix}${tenant}/`),
        ),
      ]);
      const restored = readMarks(marks);
      return {
        refs: objects.flatMap((one) => toRef(one, restored)),
        is_complete: Math.max(objects.length, marks.length) < MOST_LISTED,
      };
    },
    read: ({ key }) => readSetAside(bucket, key),
    find: (tenant, set_aside_id) => findSetAside(bucket, set_aside_id, tenant),
  };
}

async function listMost(bucket: Bucket, prefixes: string[]): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const prefix of prefixes) {
    for await (const one of bucket.listObjects(prefix)) {
      if (found.length === MOST_LISTED) return found;
      found.push(one);
    }
  }
  return found;
}

/** Returns the times at which set-asides were put back, by their ids. */
function readMarks(marks: Listed[]): Map<string, number> {
  return new Map(marks.map(({ key, written_at }) => [parseMarkKey(key), written_at]));
}

/**
 * A record that is over budget again after it was put back is open again. Its set-aside is then newer
 * than its mark. Other set-asides are written again by a redelivery, which changes nothing.
 */
function toRef({ key, written_at }: Listed, restored: Map<string, number>): SetAsideRef[] {
  const parsed = parseSetAsideKey(key);
  if (parsed === undefined) return [];
  const replayed_at = restored.get(parsed.set_aside_id);
  const is_open =
    replayed_at === undefined || (parsed.reason === 'over_budget' && replayed_at <= written_at);
  return [{ key, ...parsed, set_aside_at: written_at, ...(is_open ? {} : { replayed_at }) }];
}

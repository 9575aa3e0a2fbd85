import type { SetAsideCount, SetAsideQuery, SetAsideView } from '../../schemas/index.ts';
import { describeSetAside } from './describe.ts';
import type { SetAsideRef, TenantSetAsides } from './ports.ts';

/** Number of set-asides that are read at the same time. */
const READS_AT_A_TIME = 10;
/** Number of set-asides that one request reads at most in search of a source. */
const MOST_READ = 500;

type Filters = Pick<SetAsideQuery, 'reason' | 'source' | 'state' | 'from' | 'to'>;

/** Counts the set-asides of a tenant by reason, most of them first. */
export function countByReason(refs: SetAsideRef[]): SetAsideCount[] {
  const counts = new Map<string, SetAsideCount>();
  for (const { reason, set_aside_at, replayed_at } of refs) {
    const newest_at = new Date(set_aside_at).toISOString();
    const count = counts.get(reason) ?? { reason, open: 0, replayed: 0, newest_at };
    if (replayed_at === undefined) count.open += 1;
    else count.replayed += 1;
    if (newest_at > count.newest_at) count.newest_at = newest_at;
    counts.set(reason, count);
  }
  return [...counts.values()].sort((one, other) => other.open - one.open);
}

/**
 * Reads a page of the set-asides of a tenant, newest first.
 *
 * @param after position of the last page. The page starts after it.
 * @returns the page, and its position if there may be more.
 */
export async function listPage(
  store: Pick<TenantSetAsides, 'read'>,
  refs: SetAsideRef[],
  { filters, limit, after }: { filters: Filters; limit: number; after: string | undefined },
): Promise<{ set_asides: SetAsideView[]; next?: string }> {
  const left = refs
    .filter((ref) => matches(ref, filters))
    .map((ref) => ({ ref, position: positionOf(ref) }))
    .filter(({ position }) => after === undefined || position < after)
    .sort((one, other) => (one.position < other.position ? 1 : -1));
  const set_asides: SetAsideView[] = [];
  for (let first = 0; first < Math.min(left.length, MOST_READ); first += READS_AT_A_TIME) {
    const some = left.slice(first, first + READS_AT_A_TIME);
    const read = await Promise.all(some.map(({ ref }) => store.read(ref)));
    for (const [i, { ref, position }] of some.entries()) {
      const set_aside = read[i];
      if (set_aside === undefined || !hasSource(set_aside, filters)) continue;
      set_asides.push(describeSetAside(set_aside, ref));
      if (set_asides.length === limit) return { set_asides, ...moreAfter(position, left) };
    }
  }
  const last = left[MOST_READ - 1];
  return { set_asides, ...(last === undefined ? {} : moreAfter(last.position, left)) };
}

function moreAfter(position: string, left: { position: string }[]): { next?: string } {
  return left.at(-1)?.position === position ? {} : { next: position };
}

function matches(ref: SetAsideRef, { reason, state, from, to }: Filters): boolean {
  const { set_aside_at } = ref;
  return (
    (reason === undefined || ref.reason === reason) &&
    (state === undefined || (state === 'open') === (ref.replayed_at === undefined)) &&
    (from === undefined || set_aside_at >= Date.parse(from)) &&
    (to === undefined || set_aside_at < Date.parse(to))
  );
}

function hasSource({ source }: { source?: string | undefined }, filters: Filters): boolean {
  return filters.source === undefined || filters.source === source;
}

/** The position of a set-aside in a list by time. Times have the same number of digits until 2286. */
const positionOf = ({ set_aside_at, key }: SetAsideRef) => `${set_aside_at} ${key}`;

import type { StubEvent } from './events.ts';

const PARAMETERS = new Set(['kinds', 'dids', 'collections', 'cursor', 'maxMessageSizeBytes']);
const KINDS = new Set(['commit', 'identity', 'account', 'sync']);
/** A larger cursor is a time in microseconds. */
const FIRST_TIME = 1e15;

/** The wishes of a client. Source: docs/README.md of https://github.com/bluesky-social/jetstream, §3 */
export interface StubQuery {
  kinds: string[];
  dids: string[];
  collections: string[];
  cursor: number | undefined;
}

/** A refusal before the upgrade. */
export class StubRefusal extends Error {
  constructor(
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

/** @throws {StubRefusal} for names of version 1, unknown kinds, and more than the limits. */
export function parseQuery(parameters: URLSearchParams): StubQuery {
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined)
    throw new StubRefusal('InvalidRequest', `unknown parameter ${unknown}`);
  const [kinds, dids, collections] = ['kinds', 'dids', 'collections'].map((name) =>
    parameters.getAll(name),
  ) as [string[], string[], string[]];
  if (!kinds.every((kind) => KINDS.has(kind)))
    throw new StubRefusal('InvalidRequest', 'unknown kind');
  if (collections.length > 100) throw new StubRefusal('InvalidRequest', 'too many collections');
  if (dids.length > 10_000) throw new StubRefusal('InvalidRequest', 'too many dids');
  const cursor = parameters.get('cursor');
  if (cursor !== null && !/^\d+$/.test(cursor)) throw new StubRefusal('InvalidRequest', 'cursor');
  return { kinds, dids, collections, cursor: cursor === null ? undefined : Number(cursor) };
}

/** All filters must hold. Events of accounts have no collection, so that filter lets them pass. */
export function takesEvent({ kinds, dids, collections }: StubQuery, event: StubEvent): boolean {
  if (kinds.length > 0 && !kinds.includes(event.kind)) return false;
  if (dids.length > 0 && !dids.includes(event.did)) return false;
  if (collections.length === 0 || event.collection === undefined) return true;
  return collections.some((wanted) =>
    wanted.endsWith('.*')
      ? event.collection?.startsWith(wanted.slice(0, -1))
      : wanted === event.collection,
  );
}

/**
 * Returns the index of the first event to send. The cursor is inclusive.
 *
 * @throws {StubRefusal} if the events after a `seq` have been forgotten.
 */
export function findStart(events: StubEvent[], floor: number, cursor: number | undefined): number {
  if (cursor === undefined) return events.length;
  if (cursor < FIRST_TIME && cursor < floor) {
    const message = `cursor ${cursor} below lookback floor ${floor}; re-backfill from your last seq`;
    throw new StubRefusal('CursorTooOld', message);
  }
  const found = events.findIndex(
    ({ seq, time_us }) => (cursor < FIRST_TIME ? seq : time_us) >= cursor,
  );
  return found < 0 ? events.length : found;
}

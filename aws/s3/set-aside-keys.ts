import {
  nestPosition,
  SET_ASIDE_REASONS,
  type SetAside,
  type SetAsideReason,
  type StreamPosition,
} from '../../schemas/index.ts';

export const SET_ASIDES = 'set-asides/';
/** Prefix of the set-asides whose bytes cannot be masked. They expire earlier. */
export const UNREADABLE = 'unreadable/';
/**
 * Prefix of the set-asides with the reason `over_budget`. They have a folder for each month, so that
 * the replay at the reset finds them without reading the others.
 */
export const OVER_BUDGET = 'over-budget/';
/** Folder of the set-asides that belong to no tenant. The name of a tenant has no capital letter. */
const NO_TENANT = 'NONE';
/**
 * Number of digits of a sub-sequence number in a key. The leading zeros make the keys of a shard
 * sort in the order of the stream.
 */
const SUB_SEQUENCE_DIGITS = 6;

/**
 * Returns the key of a set-aside, for example
 * `set-asides/acme/AuraStream-IngestStream/shardId-000000000000/4959….invalid_json.json`. The number of
 * a sub-record has its sub-sequence number, for example `4959…-000003`. The key of a record that is over
 * budget begins with its month, for example `over-budget/2026-11/acme/AuraStream-IngestStream/…`, and that
 * of bytes that cannot be read begins with `unreadable/`. The tenant comes first, so that its set-asides
 * are listed without those of others.
 */
export function formatSetAsideKey(set_aside: SetAside): string {
  const { tenant = NO_TENANT, reason } = set_aside;
  return `${choosePrefix(set_aside)}${tenant}/${formatPlace(set_aside)}${reason}.json`;
}

function choosePrefix({ over_budget, is_unreadable }: SetAside): string {
  if (over_budget !== undefined) return `${OVER_BUDGET}${over_budget.month}/`;
  return is_unreadable ? UNREADABLE : SET_ASIDES;
}

/** Returns the part of a key that names a position, up to the dot before the reason. */
export function formatPlace(position: StreamPosition): string {
  const { stream_name, shard_id, sequence_number } = position;
  const { sub_sequence_number, nested_numbers = [] } = position;
  const numbers = sub_sequence_number === undefined ? [] : [sub_sequence_number, ...nested_numbers];
  const padded = numbers.map((number) => `-${String(number).padStart(SUB_SEQUENCE_DIGITS, '0')}`);
  return `${stream_name}/${shard_id}/${sequence_number}${padded.join('')}.`;
}

/** Reads the id and the reason of a set-aside from its key. Undefined if the key has another form. */
export function parseSetAsideKey(
  key: string,
): { set_aside_id: string; reason: SetAsideReason } | undefined {
  const match = /([^/]+)\/([^/]+)\/(\d+)((?:-\d+)*)\.(\w+)\.json$/.exec(key);
  if (match === null) return undefined;
  const [, stream_name, shard_id, sequence_number, numbers = '', name] = match;
  const reason = SET_ASIDE_REASONS.find((one) => one === name);
  if (reason === undefined) return undefined;
  const rest = numbers.split('-').slice(1).map(Number);
  return { set_aside_id: [stream_name, shard_id, sequence_number, ...rest].join(':'), reason };
}

/**
 * Parses the position on the stream from a `set_aside_id`. Returns undefined if the id is invalid.
 */
export function parseSetAsideId(set_aside_id: string): StreamPosition | undefined {
  const match = /^([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+):(\d+)((?::\d+)*)$/.exec(set_aside_id);
  if (match === null) return undefined;
  const [, stream_name = '', shard_id = '', sequence_number = '', rest = ''] = match;
  const numbers = rest.split(':').slice(1).map(Number);
  return numbers.reduce<StreamPosition>(nestPosition, { stream_name, shard_id, sequence_number });
}

/**
 * Prefix of all keys of the log. The log may share its store with an emulator, none of whose keys
 * starts with `~`.
 */
const ROOT = '~log~';

export const STREAMS = `${ROOT}stream~`;

/** Returns the key of a stream's description. */
export const streamKey = (stream_id: string): string => `${STREAMS}${stream_id}`;

/** Returns the prefix of the keys of a stream's records. */
export const recordsOf = (stream_id: string): string => `${ROOT}records~${stream_id}~`;

/**
 * Returns the prefix of the keys of a shard's chunks. The key of a chunk ends with the sequence
 * number of its first record.
 */
export const chunksOf = (stream_id: string, shard_id: string): string =>
  `${recordsOf(stream_id)}${shard_id}~`;

/** Returns the range of all keys that start with the prefix. */
export const within = (prefix: string) => ({ gte: prefix, lt: `${prefix}\uffff` });

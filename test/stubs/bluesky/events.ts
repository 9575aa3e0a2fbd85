import { createHash } from 'node:crypto';
import type { StubPost } from '../stub.ts';

const TYPE = 'network.bsky.jetstream.subscribeEvents';
const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';
const POSTS = 'app.bsky.feed.post';

/** An event of the stub, with what its filters and cursors look at. */
export interface StubEvent {
  seq: number;
  time_us: number;
  kind: 'commit' | 'identity' | 'account' | 'sync';
  did: string;
  collection?: string;
  /** The frame as it is sent. */
  text: string;
}

type Operation = 'create' | 'update' | 'delete';

/** Returns the DID of an author whom the test names in a word. */
export function didOf(author: string): string {
  if (author.startsWith('did:')) return author;
  const bytes = createHash('sha256').update(author).digest();
  return `did:plc:${Array.from(bytes.subarray(0, 24), (byte) => ALPHABET[byte % 32]).join('')}`;
}

/** Returns a TID. Source: https://atproto.com/specs/tid */
function createTid(time_us: number, clock = 0): string {
  let bits = (BigInt(time_us) << 10n) | BigInt(clock);
  let tid = '';
  for (let i = 0; i < 13; i += 1) {
    tid = `${ALPHABET[Number(bits & 31n)]}${tid}`;
    bits >>= 5n;
  }
  return tid;
}

export interface EventPlace {
  seq: number;
  time_us: number;
}

export function createCommit(
  place: EventPlace,
  operation: Operation,
  { id, author, text, language }: StubPost,
): StubEvent {
  const did = didOf(author);
  const created = new Date(place.time_us / 1_000).toISOString();
  const langs = language === undefined ? {} : { langs: [language] };
  const record = { $type: POSTS, text, ...langs, createdAt: created };
  const body = {
    ...{ rev: createTid(place.time_us), operation, collection: POSTS, rkey: id },
    ...(operation === 'delete' ? {} : { cid: `bafyrei${id}`, record }),
  };
  return { ...createEvent(place, 'commit', did, body), collection: POSTS };
}

/** Returns a post as `app.bsky.feed.getPosts` shows it. */
export function createPostView({ id, author, text }: StubPost) {
  const indexedAt = new Date().toISOString();
  const record = { $type: POSTS, text, createdAt: indexedAt };
  return { uri: `at://${didOf(author)}/${POSTS}/${id}`, cid: `bafyrei${id}`, record, indexedAt };
}

export function createAccount(place: EventPlace, author: string, status: string): StubEvent {
  const did = didOf(author);
  const time = formatTime(place.time_us);
  const account = { active: false, status, did, seq: place.seq, time };
  return createEvent(place, 'account', did, { account });
}

export function createIdentity(place: EventPlace, author: string): StubEvent {
  const did = didOf(author);
  const identity = {
    did,
    handle: `${author}.example`,
    seq: place.seq,
    time: formatTime(place.time_us),
  };
  return createEvent(place, 'identity', did, { identity });
}

function createEvent(
  { seq, time_us }: EventPlace,
  kind: StubEvent['kind'],
  did: string,
  body: object,
): StubEvent {
  const payload = { $type: `${TYPE}#${kind}`, seq, did, time: formatTime(time_us), ...body };
  return { seq, time_us, kind, did, text: JSON.stringify({ $type: 'message', payload }) };
}

/** The time of an event has microseconds. */
function formatTime(time_us: number): string {
  const milliseconds = new Date(Math.floor(time_us / 1_000)).toISOString().slice(0, -1);
  return `${milliseconds}${String(time_us % 1_000).padStart(3, '0')}Z`;
}

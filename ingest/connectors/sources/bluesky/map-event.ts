import type { Emission, SourceRecord } from '../../emission.ts';
import { createRecordId } from '../../record-ids.ts';
import { clampTime } from '../../times.ts';
import { type Commit, type Payload, type Post, postSchema } from './frames.ts';
import { readMicroseconds, readRevision } from './times.ts';

export const COLLECTION = 'app.bsky.feed.post';

/**
 * Maps an event to what the runner publishes. Returns undefined for an event that concerns no post,
 * and `malformed` for a post that cannot be read.
 */
export function mapEvent(payload: Payload): Emission | 'malformed' | undefined {
  if ('operation' in payload) return mapCommit(payload);
  if (!('account' in payload) || payload.account.active) return undefined;
  // Content of a deactivated, suspended or deleted account should not be redistributed.
  // Source: https://atproto.com/specs/account
  return { withdraw_author: { author: payload.did, version: readMicroseconds(payload.time) } };
}

function mapCommit(commit: Commit): Emission | 'malformed' | undefined {
  const { did, rev, rkey, collection, operation, time } = commit;
  if (collection !== COLLECTION) return undefined;
  const record_version = readRevision(rev);
  if (record_version === undefined) return 'malformed';
  const record_id = createRecordId('bsky', did.replace(/^did:/, ''), rkey);
  const withdrawal = { record: { record_id, deleted: true, record_version } };
  if (operation === 'delete') return withdrawal;
  const post = postSchema.safeParse(commit.record);
  if (!post.success) return 'malformed';
  // A post may be a picture alone. An edit that leaves no text takes the text back.
  if (post.data.text.trim() === '') return operation === 'update' ? withdrawal : undefined;
  const record = mapPost(post.data, { record_id, did, rkey, time });
  return { is_first: operation === 'create', record: { ...record, record_version } };
}

/** @param time time of the event by the clock of the service */
export function mapPost(
  { text, createdAt, langs, reply }: Post,
  { record_id, did, rkey, time }: { record_id: string; did: string; rkey: string; time: string },
): SourceRecord {
  const declared_language = langs?.[0]?.slice(0, 32);
  return {
    ...{ record_id, text, author: did },
    url: `https://bsky.app/profile/${did}/post/${rkey}`,
    created_at: clampTime(createdAt, time),
    attributes: {
      ...(declared_language === undefined ? {} : { declared_language }),
      ...{ collection: COLLECTION, reply: reply !== undefined },
    },
  };
}

import * as z from 'zod';
import { UnexpectedStatus } from '../../errors.ts';
import type { Sighting, SourceContext } from '../../source.ts';
import { postSchema } from './frames.ts';
import { COLLECTION, mapPost } from './map-event.ts';

/** Maximum number of posts in one request. Source: lexicons/app/bsky/feed/getPosts.json */
export const POSTS_PER_REQUEST = 25;

const answerSchema = z.object({
  posts: z.array(
    z.object({ uri: z.string(), indexedAt: z.iso.datetime({ offset: true }), record: postSchema }),
  ),
});

/**
 * Asks for posts by `app.bsky.feed.getPosts`. Ids that are hashes cannot be asked for, and are absent.
 * Source: https://docs.bsky.app/docs/api/app-bsky-feed-get-posts
 *
 * @throws {UnexpectedStatus} if the service does not answer 200.
 */
export async function lookUpPosts(
  record_ids: readonly string[],
  api_url: string,
  { fetch }: Pick<SourceContext, 'fetch'>,
): Promise<Sighting[]> {
  const asked = record_ids.flatMap((record_id) => {
    const [, did, rkey = ''] = /^bsky:((?:plc|web):.+):([^:]+)$/.exec(record_id) ?? [];
    return did === undefined ? [] : { record_id, author: `did:${did}`, rkey };
  });
  if (asked.length === 0) return [];
  const target = new URL('/xrpc/app.bsky.feed.getPosts', api_url);
  const uriOf = ({ author, rkey }: (typeof asked)[number]) =>
    `at://${author}/${COLLECTION}/${rkey}`;
  for (const one of asked) target.searchParams.append('uris', uriOf(one));
  const response = await fetch(target);
  if (response.status !== 200) throw new UnexpectedStatus(response.status, response.headers, '');
  const { posts } = answerSchema.parse(await response.json());
  const found = new Map(posts.map((post) => [post.uri, post]));
  return asked.map((one): Sighting => {
    const { record_id, author, rkey } = one;
    const post = found.get(uriOf(one));
    if (post === undefined) return { record_id };
    const place = { record_id, did: author, rkey, time: post.indexedAt };
    return { record_id, record: mapPost(post.record, place) };
  });
}

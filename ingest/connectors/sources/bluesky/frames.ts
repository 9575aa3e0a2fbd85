import * as z from 'zod';

const TYPE = 'network.bsky.jetstream.subscribeEvents';

const place = { seq: z.int(), did: z.string(), time: z.iso.datetime({ offset: true }) };
const commit = {
  $type: z.literal(`${TYPE}#commit`),
  ...place,
  rev: z.string(),
  collection: z.string(),
  rkey: z.string(),
};

const payloadSchema = z.discriminatedUnion('$type', [
  z.discriminatedUnion('operation', [
    z.object({ ...commit, operation: z.literal('delete') }),
    z.object({ ...commit, operation: z.enum(['create', 'update']), record: z.unknown() }),
  ]),
  z.object({
    $type: z.literal(`${TYPE}#account`),
    ...place,
    account: z.object({ active: z.boolean(), status: z.string().optional() }),
  }),
  z.object({ $type: z.enum([`${TYPE}#identity`, `${TYPE}#sync`]), ...place }),
  z.object({ $type: z.literal(`${TYPE}#info`), name: z.string() }),
]);

/**
 * A frame of Jetstream v2. A frame of type `error` ends the connection.
 * Source: lexicons/network/bsky/jetstream/subscribeEvents.json in
 * https://github.com/bluesky-social/jetstream
 */
export const frameSchema = z.discriminatedUnion('$type', [
  z.object({ $type: z.literal('message'), payload: payloadSchema }),
  z.object({ $type: z.literal('error'), error: z.string() }),
]);

export type Payload = z.output<typeof payloadSchema>;
export type Commit = Extract<Payload, { operation: string }>;

/** Post of `app.bsky.feed.post`. Programs of authors write it, so only the text is certain. */
export const postSchema = z.object({
  text: z.string(),
  createdAt: z.string().optional().catch(undefined),
  langs: z.array(z.string()).optional().catch(undefined),
  reply: z.unknown().optional(),
});

export type Post = z.output<typeof postSchema>;

/** Body of a refusal before the upgrade. */
export const refusalSchema = z.object({ error: z.string(), message: z.string().default('') });

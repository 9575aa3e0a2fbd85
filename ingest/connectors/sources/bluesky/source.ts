import * as z from 'zod';
import { parseWellFormedJson } from '../../../../schemas/json.ts';
import type { Emission } from '../../emission.ts';
import { SourceRefusal, UnexpectedStatus } from '../../errors.ts';
import { readSocket } from '../../http/read-socket.ts';
import { defineSource, type SourceContext } from '../../source.ts';
import { type Cursor, chooseCursor, cursorSchema } from './cursor.ts';
import { frameSchema, type Payload, refusalSchema } from './frames.ts';
import { lookUpPosts, POSTS_PER_REQUEST } from './look-up.ts';
import { COLLECTION, mapEvent } from './map-event.ts';

const optionsSchema = z.strictObject({
  /** Base URL of a Jetstream v2 server. */
  url: z.url({ protocol: /^wss?$/ }).default('wss://jetstream.us-east.bsky.network'),
  /** Base URL of the API that is asked again for posts. */
  api_url: z.url({ protocol: /^https?$/ }).default('https://public.api.bsky.app'),
  /** Public servers have gone silent on an open socket. They ping every 30 seconds. */
  silence_seconds: z.number().positive().default(75),
});
type Options = z.output<typeof optionsSchema>;
type Context = SourceContext<Cursor>;

/**
 * Posts of Bluesky by Jetstream v2. Deletions and edits are followed, those of whole accounts too.
 * Source: https://github.com/bluesky-social/jetstream, docs/README.md
 */
export const bluesky = defineSource({
  name: 'bluesky',
  description: 'public posts of Bluesky as they are written, by Jetstream',
  mode: 'stream',
  options: optionsSchema,
  cursor: cursorSchema,
  secrets: [],
  default_filter: { sample: 0.01 },
  terms:
    'Follow deletions of posts and accounts within minutes (https://atproto.com/specs/sync); the connector does. ' +
    'Offer a way to delete what an author asks to delete (https://docs.bsky.app/docs/support/developer-guidelines). ' +
    'Publish no bulk snapshots.',
  check: async (options, context) => {
    for await (const frame of connect(options, context, undefined)) {
      if (frame.kind === 'open') return;
    }
  },
  open: readPosts,
  sweep: {
    every_seconds: 3_600,
    window_seconds: 2 * 86_400,
    batch_size: POSTS_PER_REQUEST,
    lookUp: (record_ids, { api_url }, context) => lookUpPosts(record_ids, api_url, context),
  },
});

async function* readPosts(options: Options, context: Context): AsyncGenerator<Emission<Cursor>> {
  const { host } = new URL(options.url);
  const given = chooseCursor(context.cursor, host);
  try {
    yield* readFrom(given, host, options, context);
  } catch (error) {
    const floor = readFloor(error);
    if (floor === undefined) throw error;
    yield* readFrom(floor, host, options, context, context.cursor);
  }
}

/**
 * @param cut the saved mark, if the service has forgotten what follows it. The gap ends at the first
 * event.
 */
async function* readFrom(
  start: number | undefined,
  host: string,
  options: Options,
  { cursor, ...context }: Context,
  cut?: Cursor,
): AsyncGenerator<Emission<Cursor>> {
  let last = cursor?.host === host && cut === undefined ? cursor : undefined;
  let gap = cut;
  for await (const frame of connect(options, context, start)) {
    const alive_at = context.now();
    if (frame.kind === 'open') {
      context.tell({ kind: 'connected' });
      // If the first connection ends before its first event, the next one goes on from here.
      if (cursor === undefined) last = { host, event_at: alive_at, alive_at };
    }
    if (frame.kind !== 'text') {
      // A ping moves no place, but tells how long nothing was missed.
      if (last !== undefined) yield { cursor: { ...last, alive_at } };
      continue;
    }
    const payload = readPayload(frame.text, context);
    // The mark is inclusive: the service sends its event again.
    if (payload === undefined || payload.seq <= (last?.seq ?? -1)) continue;
    const at = Date.parse(payload.time);
    if (gap !== undefined) {
      tellGap(gap, at, context);
      gap = undefined;
    }
    last = { host, seq: payload.seq, event_at: at, alive_at };
    const emission = mapEvent(payload);
    if (emission === 'malformed') context.tell({ kind: 'skipped', reason: 'malformed' });
    yield { ...(typeof emission === 'object' ? emission : {}), cursor: last, at };
  }
}

function connect(
  { url, silence_seconds }: Options,
  { signal, now }: Pick<Context, 'signal' | 'now'>,
  cursor: number | undefined,
) {
  const target = new URL('/xrpc/network.bsky.jetstream.subscribeEvents', url);
  for (const kind of ['commit', 'account']) target.searchParams.append('kinds', kind);
  target.searchParams.append('collections', COLLECTION);
  if (cursor !== undefined) target.searchParams.append('cursor', String(cursor));
  return explainRefusals(readSocket(target, { signal, now, silence_ms: silence_seconds * 1_000 }));
}

/** A request that the service refuses for its parameters stays refused. */
async function* explainRefusals<Frame>(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
  try {
    yield* frames;
  } catch (error) {
    if (!(error instanceof UnexpectedStatus) || readFloor(error) !== undefined) throw error;
    if (error.status >= 500) throw error;
    const refusal = readRefusal(error)?.error ?? '';
    throw new SourceRefusal(
      `The server answers ${error.status} ${refusal}`.trim() + '.',
      'Check --url: it has to be a Jetstream server of version 2.',
      { cause: error },
    );
  }
}

type Placed = Exclude<Payload, { name: string }>;

/** Returns the event of a frame that has one. @throws for a frame that ends the connection. */
function readPayload(text: string, { tell }: Pick<Context, 'tell'>): Placed | undefined {
  let parsed: ReturnType<typeof frameSchema.safeParse> | undefined;
  try {
    parsed = frameSchema.safeParse(parseWellFormedJson(text));
  } catch {
    // Not JSON: the frame counts as malformed.
  }
  if (!parsed?.success) {
    tell({ kind: 'skipped', reason: 'malformed' });
    return undefined;
  }
  if (parsed.data.$type === 'error') throw new Error('the server ends the connection');
  const { payload } = parsed.data;
  return 'seq' in payload ? payload : undefined;
}

function readRefusal(error: unknown) {
  if (!(error instanceof UnexpectedStatus)) return undefined;
  try {
    return refusalSchema.parse(JSON.parse(error.body));
  } catch {
    return undefined;
  }
}

/** Returns the oldest `seq` that the server still has, if it says that the mark is older. */
function readFloor(error: unknown): number | undefined {
  const refusal = readRefusal(error);
  if (refusal?.error !== 'CursorTooOld') return undefined;
  const [, floor] = /floor (\d+)/.exec(refusal.message) ?? [];
  return floor === undefined ? undefined : Number(floor);
}

function tellGap(
  { event_at, alive_at }: Cursor,
  first_at: number,
  { tell }: Pick<Context, 'tell'>,
) {
  const seconds = Math.max(0, (first_at - Math.max(event_at, alive_at)) / 1_000);
  tell({ kind: 'gap', reason: 'the server has forgotten the mark', seconds });
}

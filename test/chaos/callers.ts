import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';
import {
  type Answer,
  type AnswerBook,
  type AskedText,
  type Books,
  CALLER_TENANT,
} from './checker/books.ts';
import { recordsAnswerSchema } from './checker/formats.ts';

const CALLERS = 2;

export interface CallOptions {
  api_key: string;
  books: Books;
  /** Ends the calls. */
  until: AbortSignal;
}

/**
 * Calls the synchronous API and `POST /records` until the signal aborts, and adds each answer to
 * the books.
 */
export async function callApi(
  test: TestCloud,
  random: Random,
  options: CallOptions,
): Promise<void> {
  await Promise.all(
    Array.from({ length: CALLERS }, (_, i) => runCaller(test, random.fork(), `h${i}`, options)),
  );
}

async function runCaller(
  test: TestCloud,
  random: Random,
  name: string,
  { api_key, books, until }: CallOptions,
): Promise<void> {
  const post = createPost(test.cloud.api, api_key);
  for (let call = 0; !until.aborted; call += 1) {
    const mark = `${name}-${call}`;
    const route = random.pick(['sync', 'sync', 'batch', 'records'] as const);
    if (route === 'sync') books.answers.push(await askOne(post, random, mark));
    else if (route === 'batch') books.answers.push(await askMany(post, random, mark));
    else await postRecords(post, random, { mark, name, books });
    await sleep(random.between(50, 300));
  }
}

type Post = (path: string, body: object) => Promise<Answer | undefined>;

/**
 * Creates a function that sends one request without a retry. The function returns undefined if no
 * answer came.
 */
function createPost(api: string, api_key: string): Post {
  return async (path, body) => {
    try {
      const response = await fetch(`${api}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': api_key },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: parseJson(text) };
    } catch {
      return undefined;
    }
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const MAX_SYNC_TEXT_BYTES = 102_400;

/** Draws a text. About one in ten texts must be refused. */
function drawText(random: Random, mark: string): AskedText {
  const text = random.pick([
    `I love this answer, and it came at once #${mark}#.`,
    `I hate waiting for an answer in the rain #${mark}#.`,
    `The answer was sent on a Tuesday #${mark}#.`,
    'Everybody asks this same thing and they all love it #h-same#.',
  ]);
  const kind = random.int(20);
  if (kind === 0) return { text: '   ', refusal: 'VALIDATION_ERROR' };
  if (kind === 1) {
    const repeated = text.repeat(Math.ceil(MAX_SYNC_TEXT_BYTES / text.length) + 1);
    return { text: repeated, refusal: 'PAYLOAD_TOO_LARGE' };
  }
  return kind < 12 ? { text, language: 'en' } : { text };
}

async function askOne(post: Post, random: Random, mark: string): Promise<AnswerBook> {
  const asked = drawText(random, mark);
  const options = asked.language === undefined ? {} : { language_code: asked.language };
  const answer = await post('/analyze/sync', { text: asked.text, options });
  return { route: 'sync', asked: [asked], answer };
}

async function askMany(post: Post, random: Random, mark: string): Promise<AnswerBook> {
  const size = 1 + random.int(30);
  const asked = Array.from({ length: size }, (_, i) => drawText(random, `${mark}.${i}`));
  const texts = asked.map(({ text, language }) => ({
    text,
    ...(language === undefined ? {} : { language_code: language }),
  }));
  return { route: 'batch', asked, answer: await post('/analyze/batch', { texts }) };
}

/** Posts records. The accepted records must end like the records of a producer. */
async function postRecords(
  post: Post,
  random: Random,
  { mark, name, books }: { mark: string; name: string; books: Books },
): Promise<void> {
  const size = 1 + random.int(20);
  const asked = Array.from({ length: size }, (_, i): AskedText => {
    const text = `I love to post this myself #${mark}.${i}#.`;
    return random.chance(0.1) ? { text, refusal: 'invalid_record' } : { text, language: 'en' };
  });
  // A record without a source is invalid.
  const records = asked.map(({ text, language, refusal }, i) => ({
    ...(refusal === undefined ? { source: name } : {}),
    record_id: `${mark}.${i}`,
    text,
    language,
  }));
  const answer = await post('/records', { records });
  books.answers.push({ route: 'records', asked, answer });
  const outcomes = recordsAnswerSchema.safeParse(answer?.body).data?.records ?? [];
  for (const [i, { text, refusal }] of asked.entries()) {
    if (refusal !== undefined) continue;
    const spec = {
      kind: 'record',
      tenant: CALLER_TENANT,
      source: name,
      record_id: `${mark}.${i}`,
      text,
      language: 'en',
      status: 'analyzed',
    } as const;
    books.entries.push({
      specs: [spec],
      bytes: Buffer.from(JSON.stringify(records[i])),
      is_aggregate: false,
      acknowledged: outcomes[i]?.status === 'accepted',
    });
  }
}

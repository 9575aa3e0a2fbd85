import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { detectLanguage } from '@aurastream/language-detector';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { isSentimentLanguage } from '../schemas/index.ts';
import { createRandom, type Random } from '../test/support/random.ts';

/** Properties of the texts on the stream, and the size of the batches. */
export interface Load {
  name: string;
  characters: number;
  /** Share of the records whose text repeats the text of an earlier record, from 0 to 1. */
  repeat_share: number;
  languages: number;
  /** How many records a consumer gets in each batch. */
  batch_records: number;
}

/**
 * A record on the stream. The baselines read the language from `attributes`; the product detects
 * the language.
 */
interface StreamRecord {
  record_id: string;
  text: string;
  source: string;
  author: string;
  created_at: string;
  attributes: { language: string; stars: number };
}

/**
 * Path of the samples, relative to the root of the repository. `npm run` uses the root as its
 * working directory.
 */
const SAMPLES = 'samples/records.jsonl';

/**
 * Each shard has a range of this many record numbers. A shard never uses the whole range, so two
 * shards never share a record number.
 */
const SHARD_RECORDS = 10_000_000;

/**
 * Generates the batches of one shard. Every run generates the same batches. Two shards share no
 * record and no text.
 */
export function* generateBatches(load: Load, shard = 0): Generator<KinesisStreamEvent> {
  const random = createRandom(shard + 1);
  const first = shard * SHARD_RECORDS;
  const writeText = createWriter(load, random, first);
  const drawRepeat = createRepeatSampler(load.repeat_share, random);
  const texts: [text: string, language: string][] = [];
  for (let index = first; ; ) {
    const Records: KinesisStreamRecord[] = [];
    while (Records.length < load.batch_records) {
      const is_repeat = drawRepeat();
      if (!is_repeat) texts.push(writeText());
      const [text, language] = is_repeat ? random.pick(texts) : texts.at(-1)!;
      Records.push(recordOf(index, { text, language, stars: random.int(5) + 1 }));
      index += 1;
    }
    yield { Records };
  }
}

/**
 * Number of records in a cycle. Each cycle has exactly the load's share of repeats, in random
 * order.
 */
export const REPEAT_CYCLE_RECORDS = 3_000;

/**
 * Creates a function that decides whether the next text is a repeat. The function draws without
 * replacement, so that the share of repeats varies between batches but is the same in every whole
 * cycle.
 */
function createRepeatSampler(repeat_share: number, random: Random): () => boolean {
  let left = 0;
  let repeats_left = 0;
  let is_first = true;
  return () => {
    if (left === 0) {
      left = REPEAT_CYCLE_RECORDS;
      repeats_left = Math.round(repeat_share * REPEAT_CYCLE_RECORDS);
    }
    const is_repeat = !is_first && random.int(left) < repeats_left;
    is_first = false;
    left -= 1;
    if (is_repeat) repeats_left -= 1;
    return is_repeat;
  };
}

/** Measures the mean number of UTF-8 bytes per character in the load's texts. */
export function measureBytesPerCharacter(load: Load): number {
  const writeText = createWriter(load, createRandom(1));
  const texts = Array.from({ length: 500 }, () => writeText()[0]).join('');
  return Buffer.byteLength(texts) / texts.length;
}

/**
 * Creates a function that writes texts. The function joins sample sentences of one language until
 * the text has the load's length. Each text starts with a different number, so that no two texts
 * are equal. The number has commas, because the product analyses texts that differ in a number of five
 * digits alone as one text.
 */
function createWriter(
  load: Load,
  random: Random,
  first = 0,
): () => [text: string, language: string] {
  const languages = Object.entries(readSentencesByLanguage())
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, load.languages);
  let number = first;
  return () => {
    const [language, sentences] = random.pick(languages);
    number += 1;
    const characters = [`${number.toLocaleString('en')}. `];
    let count = characters[0]!.length;
    while (count < load.characters) {
      const sentence = random.pick(sentences);
      characters.push(sentence, ' ');
      count += sentence.length + 1;
    }
    return [truncateText(characters.join(''), load.characters), language];
  };
}

/**
 * Cuts a text to at most `characters` characters and to Comprehend's limit of 5,000 bytes per
 * document.
 */
function truncateText(text: string, characters: number): string {
  let cut = text.slice(0, characters).toWellFormed().trim();
  while (Buffer.byteLength(cut) > 5_000) cut = cut.slice(0, -100);
  return cut;
}

function readSentencesByLanguage(): Record<string, string[]> {
  const by_language: Record<string, string[]> = {};
  for (const line of readFileSync(SAMPLES, 'utf8').split('\n')) {
    const text = parseSampleText(line);
    const language = text === undefined ? undefined : detectLanguage(text);
    if (text === undefined || language === undefined || !isSentimentLanguage(language)) continue;
    by_language[language] ??= [];
    by_language[language].push(text);
  }
  return by_language;
}

/**
 * Returns the text of a sample line, or undefined if the text is too short, too long, or malformed.
 * Some samples are malformed on purpose.
 */
function parseSampleText(line: string): string | undefined {
  try {
    const { text } = JSON.parse(line) as { text?: unknown };
    return typeof text === 'string' && text.length > 20 && text.length < 400 ? text : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(
  index: number,
  { text, language, stars }: { text: string; language: string; stars: number },
): KinesisStreamRecord {
  const record: StreamRecord = {
    record_id: `post-${createHash('sha1').update(String(index)).digest('hex').slice(0, 16)}`,
    text,
    source: 'social',
    author: `@user${index % 977}`,
    created_at: new Date(1_780_000_000_000 + index * 7).toISOString(),
    attributes: { language, stars },
  };
  const sequenceNumber =
    String(49_590_338_271_490_256_608_559_692_538n) + String(index).padStart(8, '0');
  return {
    awsRegion: 'us-east-1',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/bench',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/bench',
    kinesis: {
      approximateArrivalTimestamp: 1_780_000_000 + index / 1_000,
      data: Buffer.from(JSON.stringify(record)).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: `default/social/${record.record_id}`,
      sequenceNumber,
    },
  };
}

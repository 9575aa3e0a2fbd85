import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { detectLanguage } from '@aurastream/language-detector';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { isSentimentLanguage } from '../schemas/index.ts';
import { createRandom, type Random } from '../test/support/random.ts';

/** What the stream carries. */
export interface Load {
  name: string;
  characters: number;
  /** Share of the records whose text was on the stream before. */
  repeat_share: number;
  languages: number;
  /** Records that a consumer gets at a time. */
  batch_records: number;
}

/** A record as a program gets it; the baselines are told the language, the product finds it out. */
interface Written {
  record_id: string;
  text: string;
  source: string;
  author: string;
  created_at: string;
  attributes: { language: string; stars: number };
}

/** From the root of the repository, where `npm run` starts. */
const SAMPLES = 'samples/records.jsonl';

/** More than any load has records. */
const SHARD_RECORDS = 10_000_000;

/** Batches of a shard as Lambda hands them over, the same each time; shards have no record or text in common. */
export function* batchesOf(load: Load, shard = 0): Generator<KinesisStreamEvent> {
  const random = createRandom(shard + 1);
  const first = shard * SHARD_RECORDS;
  const writeText = createWriter(load, random, first);
  const drawRepeat = createUrn(load.repeat_share, random);
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

/** A multiple of it has the share exactly, and batches scatter as they do on a stream. */
export const URN_RECORDS = 3_000;

/** Drawn without putting back: chance is in a batch, and is not in what is measured. */
function createUrn(repeat_share: number, random: Random): () => boolean {
  let left = 0;
  let repeats_left = 0;
  let is_first = true;
  return () => {
    if (left === 0) {
      left = URN_RECORDS;
      repeats_left = Math.round(repeat_share * URN_RECORDS);
    }
    const is_repeat = !is_first && random.int(left) < repeats_left;
    is_first = false;
    left -= 1;
    if (is_repeat) repeats_left -= 1;
    return is_repeat;
  };
}

/** Bytes of a character of the load's texts, in UTF-8. */
export function bytesPerCharacter(load: Load): number {
  const writeText = createWriter(load, createRandom(1));
  const texts = Array.from({ length: 500 }, () => writeText()[0]).join('');
  return Buffer.byteLength(texts) / texts.length;
}

/** Sentences of the samples, one language each, to that length; a number makes each text another. */
function createWriter(
  load: Load,
  random: Random,
  first = 0,
): () => [text: string, language: string] {
  const languages = Object.entries(sentencesByLanguage())
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, load.languages);
  let number = first;
  return () => {
    const [language, sentences] = random.pick(languages);
    number += 1;
    const characters = [`${number}. `];
    let count = characters[0]!.length;
    while (count < load.characters) {
      const sentence = random.pick(sentences);
      characters.push(sentence, ' ');
      count += sentence.length + 1;
    }
    return [fitted(characters.join(''), load.characters), language];
  };
}

/** Neither over that many characters, nor over the 5,000 bytes that a document may have. */
function fitted(text: string, characters: number): string {
  let cut = text.slice(0, characters).toWellFormed().trim();
  while (Buffer.byteLength(cut) > 5_000) cut = cut.slice(0, -100);
  return cut;
}

function sentencesByLanguage(): Record<string, string[]> {
  const by_language: Record<string, string[]> = {};
  for (const line of readFileSync(SAMPLES, 'utf8').split('\n')) {
    const text = sampleText(line);
    const language = text === undefined ? undefined : detectLanguage(text);
    if (text === undefined || language === undefined || !isSentimentLanguage(language)) continue;
    by_language[language] ??= [];
    by_language[language].push(text);
  }
  return by_language;
}

/** Some samples are malformed on purpose. */
function sampleText(line: string): string | undefined {
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
  const written: Written = {
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
      data: Buffer.from(JSON.stringify(written)).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: `default/social/${written.record_id}`,
      sequenceNumber,
    },
  };
}

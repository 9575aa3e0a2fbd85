import { detectLanguage } from '@aurastream/language-detector';
import { expect, it } from 'vitest';
import { createPrepare } from '../../../../processors/analysis/prepare.ts';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { ANALYZERS, isSentimentLanguage } from '../../../../schemas/index.ts';
import { TEXT_CASES } from '../../../fixtures/stream/texts.ts';
import { kinesisRecord } from '../../../support/kinesis-event.ts';

const prepare = createPrepare({
  analyzer: { name: 'fake', version: '1', supports: isSentimentLanguage },
  detect_language: (text) => detectLanguage(text, ANALYZERS.comprehend.languages),
  default_language: 'en',
});

/** Finds what becomes of a text: its language, `empty`, or the reason of its set-aside. */
function findEnd(data: unknown): string {
  const { items, rejected } = decode([kinesisRecord(data)]);
  const [item] = items;
  if (item === undefined) return rejected[0]!.why.reason;
  const prepared = prepare({ text: item.record.text, language: item.record.language });
  if (prepared.status === 'empty') return 'empty';
  return prepared.status === 'ready' ? prepared.language_code : `no ${prepared.language_code}`;
}

/** The ends of the texts that are not analysed as English. */
const ENDS: Record<string, string> = {
  'T04-zero-width-only': 'empty',
  'T05-rtl-marks-only': 'empty',
  'T06-nul-only': 'empty',
  'T07-nbsp-only': 'empty',
  'T08-hangul-filler': 'empty',
  'T09-variation-only': 'empty',
  'T10-braille-blank': 'empty',
  'T19-mojibake': 'fr',
  'T26-taglish': 'no tl',
  'T27-sheng-indonesian': 'no ms',
  'T28-thai-6k': 'no th',
  'T37-nfd': 'es',
  'T41-greek': 'no el',
  'T42-ukrainian': 'no uk',
  'T43-bengali': 'no bn',
  'T44-one-word-fr': 'fr',
  'T45-one-word-it': 'it',
  'T47-pt-short': 'pt',
  'T48-de-short': 'de',
  'T49-es-short': 'es',
  'T50-khmer': 'no und',
  'T56-wtf8-bytes': 'invalid_utf8',
  'T57-cesu8': 'invalid_utf8',
  'T58-latin1-bytes': 'invalid_utf8',
};

it('each text that people write is empty, has a language, or is set aside because it is not UTF-8', () => {
  const ends = TEXT_CASES.map(({ id, data }) => [id, findEnd(data)]);
  expect(ends).toEqual(TEXT_CASES.map(({ id }) => [id, ENDS[id] ?? 'en']));
});

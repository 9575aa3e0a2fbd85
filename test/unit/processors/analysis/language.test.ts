import { readFileSync } from 'node:fs';
import { detectLanguage } from '@aurastream/language-detector';
import { Converter } from 'opencc-js';
import { describe, expect, it } from 'vitest';
import { hanEvidence } from '../../../../packages/language-detector/src/han.ts';
import {
  canonicalLanguage,
  createLanguageResolver,
} from '../../../../processors/analysis/language.ts';

describe('a given language', () => {
  it.each([
    ['en', 'en'],
    ['en-US', 'en'],
    ['pt-BR', 'pt'],
    ['EN-gb', 'en'],
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-SG', 'zh'],
    ['zh-Hans', 'zh'],
    ['zh-Hans-HK', 'zh'],
    ['zh-Hant', 'zh-TW'],
    ['zh-Hant-HK', 'zh-TW'],
    ['zh-TW', 'zh-TW'],
    ['zh-HK', 'zh-TW'],
    ['nl', 'nl'],
    ['nl-BE', 'nl-BE'],
    ['fil', 'fil'],
  ])('%s is analysed as %s', (given, canonical) => {
    expect(canonicalLanguage(given)).toBe(canonical);
  });

  it('is believed; what is detected, or the default, is marked as detected', () => {
    const resolve = createLanguageResolver({
      detect_language: (text) => (text === 'Hallo' ? 'de' : undefined),
      default_language: 'fr',
    });
    expect(resolve('es', 'Hallo')).toEqual({ language_code: 'es', language_source: 'given' });
    expect(resolve('auto', 'Hallo')).toEqual({ language_code: 'de', language_source: 'detected' });
    expect(resolve('auto', 'ok')).toEqual({ language_code: 'fr', language_source: 'detected' });
  });
});

describe('detection', () => {
  it.each([
    ['en', ['I love my cat', 'Great product!', 'It only cost $5; works & great', 'Not worth it.']],
    ['es', ['Muy bueno', 'La caja trae un cable y un manual.', 'Llegó tarde y roto']],
    ['fr', ['Très bien', "J'adore mon chat", 'Le pire restaurant de la ville, fuyez.']],
    ['de', ['Sehr gut', 'Kundenservice schlecht', 'Nie wieder, alles kaputt!']],
    ['it', ['Ottimo', 'Domani riunione alle nove.', 'Mai più, servizio pessimo']],
    ['pt', ['muito bom', 'A tela é linda, mas o som é horrível.']],
    ['ar', ['ممتاز', 'الخدمة سيئة']],
    ['hi', ['बहुत अच्छा', 'सेवा खराब']],
    ['ja', ['最高です', 'また電車が遅れている。', '東京駅で気楽に売買']],
    ['ko', ['최고', '배송이 빨라요 good']],
    ['zh', ['五星好评', '很好', 'iPhone 15 Pro Max 很好用']],
    ['zh-TW', ['這個產品非常好', '螢幕很漂亮']],
  ])('tells %s even in short texts', (code, texts) => {
    for (const text of texts) expect([text, detectLanguage(text)]).toEqual([text, code]);
  });

  it.each([
    'ok',
    'a',
    '',
    '5/5',
    '👍👍👍',
    '👨‍👩‍👧',
    '!!!',
    'https://example.com/sehr-gut',
    '@maria',
  ])('leaves %j to the default', (text) => {
    expect(detectLanguage(text)).toBeUndefined();
  });

  it.each([
    ['nl', 'Wat een heerlijke avond met vrienden aan het water'],
    ['pl', 'Świetne słuchawki, bateria wystarcza na cały dzień'],
    ['ru', 'Очень хорошо, спасибо большое'],
    ['th', 'ดีมาก'],
    ['fa', 'خیلی خوب بود، ممنون'],
    ['und', 'ខ្ញុំចូលចិត្ត'],
  ])('names %s, which no verdict can be had for', (code, text) => {
    expect(detectLanguage(text)).toBe(code);
  });

  it('counts letters, and neither vowel signs nor digits: a short text is one of ours', () => {
    // 27 letters and 16 signs; its words are Marathi's as well.
    expect(detectLanguage('होटल के कर्मचारी बिल्कुल घटिया है लेकिन सर्विस खराब')).toBe('hi');
    expect(detectLanguage('९/१०')).toBeUndefined();
  });

  it('takes a word that could be of a neighbour for one of ours: a verdict beats none', () => {
    expect(detectLanguage('Goed product')).not.toBe('nl');
    expect(detectLanguage('Terrible.')).toBeUndefined();
  });

  it('does not mistake a name in another script for the language', () => {
    expect(detectLanguage('I flew from 東京 to 大阪 last summer')).toBe('en');
  });

  it('finds simplified texts that were converted to traditional characters to be traditional', () => {
    const convert = Converter({ from: 'cn', to: 'twp' });
    const simplified = chineseSamples();
    expect(simplified.length).toBeGreaterThan(15);
    for (const text of simplified) {
      expect(detectLanguage(convert(text))).toBe('zh-TW');
    }
  });

  it('has tables of characters without overlap', () => {
    expect(hanEvidence('国图书馆万无')).toEqual({ simplified: 6, traditional: 0, japanese: 0 });
    expect(hanEvidence('圖書館國萬無')).toEqual({ simplified: 0, traditional: 6, japanese: 0 });
    expect(hanEvidence('気駅売読円')).toEqual({ simplified: 0, traditional: 0, japanese: 5 });
    expect(hanEvidence('人好大')).toEqual({ simplified: 0, traditional: 0, japanese: 0 });
  });
});

/** The samples' texts that are simplified Chinese and say so by at least two characters. */
function chineseSamples(): string[] {
  const lines = readFileSync(new URL('../../../../samples/records.jsonl', import.meta.url), 'utf8');
  return lines.split('\n').flatMap((line) => {
    const text = /"text": ?"([^"\\]*)"/.exec(line)?.[1] ?? '';
    const is_chinese = !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
    return is_chinese && hanEvidence(text).simplified >= 2 && hanEvidence(text).traditional === 0
      ? [text]
      : [];
  });
}

import { Converter } from 'opencc-js';
import { expect, it } from 'vitest';
import { countHanVariants } from '../src/han.ts';
import { detectLanguage, FAVOURED_LANGUAGES } from '../src/index.ts';
import { LABELLED_TEXTS, SHORT_TEXTS } from './texts.ts';

const LATIN = ['en', 'es', 'fr', 'de', 'it', 'pt'] as const;

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
])('detectLanguage recognises %s in short texts', (code, texts) => {
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
])('detectLanguage returns undefined for %j, which could be any language', (text) => {
  expect(detectLanguage(text)).toBeUndefined();
});

it.each([
  ['nl', 'Wat een heerlijke avond met vrienden aan het water'],
  ['pl', 'Świetne słuchawki, bateria wystarcza na cały dzień'],
  ['ru', 'Очень хорошо, спасибо большое'],
  ['th', 'ดีมาก'],
  ['fa', 'خیلی خوب بود، ممنون'],
  ['und', 'ខ្ញុំចូលចិត្ត'],
])('detectLanguage returns %s for a text outside the favoured languages', (code, text) => {
  expect(detectLanguage(text)).toBe(code);
});

it('detectLanguage counts letters, not vowel signs or digits, to decide whether a text is short', () => {
  // This text has 27 letters and 16 vowel signs. The words of the text are valid in Marathi too.
  expect(detectLanguage('होटल के कर्मचारी बिल्कुल घटिया है लेकिन सर्विस खराब')).toBe('hi');
  expect(detectLanguage('९/१०')).toBeUndefined();
});

it('detectLanguage does not report a short text as a neighbouring language', () => {
  expect(detectLanguage('Goed product')).not.toBe('nl');
  expect(detectLanguage('Terrible.')).toBeUndefined();
});

it.each([
  ['en', '𝗧𝗵𝗶𝘀 𝗶𝘀 𝘁𝗵𝗲 𝘄𝗼𝗿𝘀𝘁 𝗮𝗽𝗽 𝗲𝘃𝗲𝗿'],
  ['en', '𝓣𝓱𝓲𝓼 𝓲𝓼 𝓽𝓱𝓮 𝔀𝓸𝓻𝓼𝓽 𝓪𝓹𝓹 𝓮𝓿𝓮𝓻'],
  ['en', 'ＢＡＤ　ＰＲＯＤＵＣＴ，　ｎｅｖｅｒ　ａｇａｉｎ'],
  ['en', 'Ⓣⓗⓘⓢ ⓘⓢ ⓣⓗⓔ ⓦⓞⓡⓢⓣ ⓐⓟⓟ ⓔⓥⓔⓡ'],
  ['de', '𝐝𝐚𝐬 𝐢𝐬𝐭 𝐝𝐞𝐫 𝐬𝐜𝐡𝐥𝐞𝐜𝐡𝐭𝐞𝐬𝐭𝐞 𝐊𝐚𝐮𝐟'],
  ['ja', 'ｻｲｺｰﾃﾞｽ'],
  ['ar', 'ﻣﻤﺘﺎﺯ'],
])('detectLanguage finds %s in letters of another form', (code, text) => {
  expect(detectLanguage(text)).toBe(code);
});

it('detectLanguage ignores names in another script', () => {
  expect(detectLanguage('I flew from 東京 to 大阪 last summer')).toBe('en');
});

it('detectLanguage is right for 239 of the 240 labelled texts and wrong for none', () => {
  const texts = FAVOURED_LANGUAGES.flatMap((code) =>
    LABELLED_TEXTS[code].map((text) => ({ code, text })),
  );
  expect(texts).toHaveLength(240);
  expect(countAnswers(texts)).toEqual({ right: 239, undecided: 1, wrong: 0 });
});

it.each([
  [1, { right: 75, undecided: 45, wrong: 0 }],
  [2, { right: 100, undecided: 20, wrong: 0 }],
  [3, { right: 110, undecided: 10, wrong: 0 }],
])(
  'detectLanguage is as accurate on the first %i words of a text as the README says',
  (words, expected) => {
    const texts = LATIN.flatMap((code) =>
      LABELLED_TEXTS[code].map((text) => ({
        code,
        text: text.split(' ').slice(0, words).join(' '),
      })),
    );
    expect(countAnswers(texts)).toEqual(expected);
  },
);

// Without the frequent words: 56, 41 and 9 of one word; 78, 11 and 1 of the short texts; 24, 0 and 1
// of the mixed texts; 3, 15 and 7 of the romanised texts.
it.each([
  ['one_word', { right: 85, undecided: 18, wrong: 3 }],
  ['short', { right: 86, undecided: 3, wrong: 1 }],
  ['code_mixed', { right: 24, undecided: 0, wrong: 1 }],
  ['romanised', { right: 3, undecided: 15, wrong: 7 }],
] as const)(
  'detectLanguage is as accurate on texts of the kind %s as the README says',
  (kind, expected) => {
    const texts = Object.entries(SHORT_TEXTS[kind]).flatMap(([code, some]) =>
      some.map((text) => ({ code, text })),
    );
    expect(countAnswers(texts)).toEqual(expected);
  },
);

it.each([
  ['es', 'no me gusta'],
  ['es', 'me encanta'],
  ['fr', 'au top'],
  ['de', 'geht so'],
  ['it', 'non mi piace'],
  ['pt', 'não gostei'],
  ['en', 'so bad'],
])('detectLanguage finds %s by the words of the short text %j', (code, text) => {
  expect(detectLanguage(text)).toBe(code);
});

it('a word of several languages does not decide, and is no word of any other language', () => {
  for (const text of ['Horrible', 'Excelente', 'caro', 'no'])
    expect(detectLanguage(text)).toBeUndefined();
});

it('detectLanguage returns zh-TW for simplified texts that were converted to traditional characters', () => {
  const convert = Converter({ from: 'cn', to: 'twp' });
  const simplified = LABELLED_TEXTS.zh.filter((text) => countHanVariants(text).simplified >= 2);
  expect(simplified.length).toBeGreaterThan(10);
  for (const text of simplified) expect(detectLanguage(convert(text))).toBe('zh-TW');
});

function countAnswers(texts: { code: string; text: string }[]) {
  const answers = texts.map(({ code, text }) => ({ code, answer: detectLanguage(text) }));
  const undecided = answers.filter(({ answer }) => answer === undefined).length;
  const right = answers.filter(({ code, answer }) => answer === code).length;
  return { right, undecided, wrong: texts.length - right - undecided };
}

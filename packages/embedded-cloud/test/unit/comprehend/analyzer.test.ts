import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyse } from '../../../src/services/comprehend/analyzer.ts';
import { SENTIMENT_LANGUAGES } from '../../../src/services/comprehend/limits.ts';

/**
 * Two positive sentences, two negative sentences and one neutral sentence for each language. No
 * sentence is part of the sample data.
 */
const CLEAR: Record<string, [string, 'POSITIVE' | 'NEGATIVE' | 'NEUTRAL'][]> = {
  en: [
    ['What a fantastic holiday, I loved every minute', 'POSITIVE'],
    ['Great quality and friendly people', 'POSITIVE'],
    ['This is the worst purchase of my life', 'NEGATIVE'],
    ['I am not happy with this', 'NEGATIVE'],
    ['The bus leaves at ten', 'NEUTRAL'],
  ],
  es: [
    ['Un viaje maravilloso, gente encantadora', 'POSITIVE'],
    ['Excelente calidad', 'POSITIVE'],
    ['Un servicio horrible', 'NEGATIVE'],
    ['Es la peor compra de mi vida', 'NEGATIVE'],
    ['El autobús sale a las diez', 'NEUTRAL'],
  ],
  fr: [
    ['Un voyage magnifique', 'POSITIVE'],
    ['Excellente qualité', 'POSITIVE'],
    ['Un service horrible', 'NEGATIVE'],
    ['Le pire achat de ma vie', 'NEGATIVE'],
    ['Le bus part à dix heures', 'NEUTRAL'],
  ],
  de: [
    ['Eine wunderbare Reise', 'POSITIVE'],
    ['Tolle Qualität', 'POSITIVE'],
    ['Ein schrecklicher Service, furchtbar', 'NEGATIVE'],
    ['Das Gerät ist kaputt', 'NEGATIVE'],
    ['Der Bus fährt um zehn Uhr', 'NEUTRAL'],
  ],
  it: [
    ['Un viaggio meraviglioso', 'POSITIVE'],
    ['Ottima qualità', 'POSITIVE'],
    ['Un servizio terribile', 'NEGATIVE'],
    ['Un acquisto pessimo', 'NEGATIVE'],
    ['Il treno parte alle dieci', 'NEUTRAL'],
  ],
  pt: [
    ['Uma viagem maravilhosa, foi ótimo', 'POSITIVE'],
    ['Excelente qualidade', 'POSITIVE'],
    ['Um serviço horrível', 'NEGATIVE'],
    ['A pior compra', 'NEGATIVE'],
    ['O trem sai às dez', 'NEUTRAL'],
  ],
  ar: [
    ['رحلة رائعة', 'POSITIVE'],
    ['نوعية ممتازة', 'POSITIVE'],
    ['خدمة سيئة', 'NEGATIVE'],
    ['تجربة فظيعة وسيئة', 'NEGATIVE'],
    ['تغادر الحافلة في العاشرة', 'NEUTRAL'],
  ],
  hi: [
    ['यात्रा शानदार थी', 'POSITIVE'],
    ['गुणवत्ता बढ़िया है', 'POSITIVE'],
    ['सेवा बेकार थी', 'NEGATIVE'],
    ['यह भयानक है', 'NEGATIVE'],
    ['बस दस बजे जाती है', 'NEUTRAL'],
  ],
  ja: [
    ['素晴らしい旅行でした', 'POSITIVE'],
    ['品質が最高です', 'POSITIVE'],
    ['サービスがひどい', 'NEGATIVE'],
    ['全然良くない', 'NEGATIVE'],
    ['バスは十時に出ます', 'NEUTRAL'],
  ],
  ko: [
    ['여행이 정말 훌륭했어요', 'POSITIVE'],
    ['품질이 최고예요', 'POSITIVE'],
    ['서비스가 끔찍했어요', 'NEGATIVE'],
    ['정말 실망했습니다', 'NEGATIVE'],
    ['버스는 열 시에 떠납니다', 'NEUTRAL'],
  ],
  zh: [
    ['旅行很精彩', 'POSITIVE'],
    ['质量完美', 'POSITIVE'],
    ['服务很糟糕', 'NEGATIVE'],
    ['我不喜欢这个', 'NEGATIVE'],
    ['公交车十点出发', 'NEUTRAL'],
  ],
  'zh-TW': [
    ['旅行很精彩', 'POSITIVE'],
    ['我很開心', 'POSITIVE'],
    ['服務很糟糕', 'NEGATIVE'],
    ['讓人生氣', 'NEGATIVE'],
    ['公車十點出發', 'NEUTRAL'],
  ],
};

it.each(SENTIMENT_LANGUAGES)(
  'the word list classifies four of five clear sentences correctly in %s',
  (language) => {
    const wrong = CLEAR[language]!.filter(
      ([text, sentiment]) => analyse(text, language).Sentiment !== sentiment,
    );
    expect(wrong.length, JSON.stringify(wrong)).toBeLessThanOrEqual(1);
  },
);

it('a text with a positive and a negative clause is MIXED', () => {
  const text = 'The beach was lovely, but the hotel was dirty and terrible';
  expect(analyse(text, 'en').Sentiment).toBe('MIXED');
});

it('every text in every language has the same four scores each time, with the sum 1', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...SENTIMENT_LANGUAGES),
      (text, language) => {
        const analysis = analyse(text, language);
        const scores = Object.values(analysis.SentimentScore);
        expect(scores.reduce((sum, score) => sum + score)).toBeCloseTo(1, 6);
        expect(Math.max(...scores)).toBe(
          Object.entries(analysis.SentimentScore).find(
            ([name]) => name.toUpperCase() === analysis.Sentiment,
          )![1],
        );
        expect(analyse(text, language)).toEqual(analysis);
      },
    ),
  );
});

it.each([..."'’‘ʼ＇`´′"])('an apostrophe typed as %s means the same as any other', (mark) => {
  for (const text of [
    "I don't like it and it isn't good",
    "It isn't good",
    "'Great' phone, isn't it",
  ]) {
    const typed = text.replace(/(?<=\w)'(?=\w)/g, mark);
    expect([typed, analyse(typed, 'en')]).toEqual([typed, analyse(text, 'en')]);
  }
  expect(analyse(`It isn${mark}t good`, 'en').Sentiment).toBe('NEGATIVE');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../../../processors/analysis/normalise.ts';
import { split } from '../../../../processors/analysis/split.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const bare = (text: string) => text.replace(/\s+/gu, '');

const anyText = fc.oneof(
  fc.lorem({ maxCount: 60, mode: 'sentences' }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ unit: 'grapheme', minLength: 100, maxLength: 600 }),
  fc
    .array(fc.constantFrom('これは良い。', '猫', '👨‍👩‍👧', 'a', ' ', '!', '终于到了。'), {
      maxLength: 300,
    })
    .map((parts) => parts.join('')),
);

describe('a long text', () => {
  it('split loses no text, and makes no chunk larger than a document may be', () => {
    fc.assert(
      fc.property(
        anyText.map(normalise),
        fc.integer({ min: 4, max: 300 }),
        fc.constantFrom('en', 'ja', 'ar', 'zh-TW'),
        (text, max_bytes, language) => {
          const chunks = split(text, max_bytes, language);
          expect(bare(chunks.join(' '))).toBe(bare(text));
          for (const chunk of chunks) {
            expect(bytes(chunk)).toBeLessThanOrEqual(max_bytes);
            expect(chunk.isWellFormed()).toBe(true);
          }
          if (text !== '') expect(chunks).not.toContain('');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('split makes the fewest chunks that the code points allow', () => {
    fc.assert(
      fc.property(anyText.map(normalise), fc.integer({ min: 16, max: 300 }), (text, max_bytes) => {
        // Up to three bytes at the end of a chunk can stay unused, because a code point of four
        // bytes does not fit into three bytes.
        const fewest = Math.max(1, Math.ceil(bytes(text) / (max_bytes - 3)));
        expect(split(text, max_bytes, 'en').length).toBeLessThanOrEqual(fewest);
      }),
      { numRuns: 300 },
    );
  });

  it('split cuts at sentence ends, into chunks of nearly equal size', () => {
    const sentences = Array.from(
      { length: 260 },
      (_, i) => `Sentence ${i} says that the room was clean and the breakfast was cold.`,
    );
    const chunks = split(sentences.join(' '), 5_000, 'en');
    expect(chunks).toHaveLength(4);
    for (const chunk of chunks) {
      expect(chunk).toMatch(/^Sentence .*cold\.$/s);
      expect(bytes(chunk)).toBeGreaterThan(4_000);
    }
  });

  it('split cuts a Japanese text at Japanese full stops', () => {
    const text = Array.from(
      { length: 200 },
      (_, i) => `部屋は清潔で朝食は${i}回も冷たかった。`,
    ).join('');
    const chunks = split(text, 5_000, 'ja');
    expect(chunks).toHaveLength(Math.ceil(bytes(text) / 5_000));
    for (const chunk of chunks) expect(chunk).toMatch(/^部屋.*。$/s);
  });

  it('split makes no extra chunk to keep sentences whole, even if the chunks are full', () => {
    const text = '部屋は清潔でした。朝食は冷たかったです。'.repeat(10_000);
    for (const chunks of [2, 10, 40]) {
      const full = text.slice(0, Math.floor((chunks * 4_990) / 3));
      expect(split(full, 5_000, 'ja')).toHaveLength(chunks);
    }
  });

  it('split cuts a text of 1 MiB quickly, because it segments only parts of it', () => {
    const text = 'The room was clean. The breakfast was cold. '.repeat(24_000).slice(0, 1_048_576);
    const before = process.cpuUsage();
    expect(split(text, 5_000, 'en')).toHaveLength(210);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });

  it('split cuts a text without sentences between words, and a text without words between code points', () => {
    const words = Array.from({ length: 1_200 }, (_, i) => `word${i}`).join(' ');
    for (const chunk of split(words, 5_000, 'en')) expect(chunk).toMatch(/^word\d+ .* word\d+$/s);
    expect(split(words, 5_000, 'en').join(' ')).toBe(words);
    const chunks = split('🎉'.repeat(2_000), 5_000, 'en');
    expect(chunks).toHaveLength(2);
    expect(chunks.join('')).toBe('🎉'.repeat(2_000));
  });

  it('split moves a cut by up to a quarter of a chunk to the start of a sentence', () => {
    const first = `${'word '.repeat(11)}end.`;
    const second = `More ${'word '.repeat(17)}`.trim();
    const [chunk] = split(`${first} ${second}`, 100, 'en');
    expect(chunk).toBe(first);
  });

  it('split fills chunks to the last byte if the text has just so many', () => {
    for (const count of [2, 3]) {
      const chunks = split('x'.repeat(count * 100), 100, 'en');
      expect(chunks.map((chunk) => chunk.length)).toEqual(Array.from({ length: count }, () => 100));
    }
  });

  it('split returns a text that fits in one document unchanged', () => {
    expect(split('a'.repeat(5_000), 5_000, 'en')).toEqual(['a'.repeat(5_000)]);
    expect(split('é'.repeat(2_501), 5_000, 'fr')).toHaveLength(2);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import { normalise } from '../../../../processors/analysis/normalise.ts';
import type { AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import type { Analyzer } from '../../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeAnalyzer } from '../../../fakes/analyzer.ts';
import { brokenCache, createFakeCache } from '../../../fakes/verdict-cache.ts';
import { testAnalysis } from './test-analysis.ts';

const english = (...texts: string[]): AnalysisRequest[] =>
  texts.map((text) => ({ tenant: 'acme', text, language: 'en' }));

const numberTexts = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `text number ${i}`);

const request = fc.record({
  tenant: fc.constantFrom('acme', 'other'),
  text: fc.oneof(
    fc.constantFrom('', '  \n', 'good', ' good ', 'good   day', 'GOOD', 'schlecht. Sehr schlecht.'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.lorem({ maxCount: 6, mode: 'sentences' }),
  ),
  language: fc.constantFrom('en', 'de', 'ja', 'en-US', 'tlh'),
});

describe('a batch', () => {
  it('The analysis of a batch makes as few calls as its distinct documents allow, and none for a repeat', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 150 }), async (requests) => {
        const fake = createFakeAnalyzer({ max_document_bytes: 80 });
        const { analyseAll, counts } = testAnalysis({ analyzer: fake.analyzer });
        await analyseAll(requests);
        let expected_calls = 0;
        for (const language of ['en', 'de', 'ja']) {
          const documents = fake.calls
            .filter((call) => call.language_code === language)
            .flatMap((call) => call.documents);
          expect(new Set(documents).size).toBe(documents.length);
          expected_calls += Math.ceil(documents.length / 25);
        }
        expect(fake.calls.length).toBe(expected_calls);
        expect(counts[0]?.calls).toBe(expected_calls);

        await analyseAll(requests);
        expect(fake.calls.length).toBe(expected_calls);
      }),
      { numRuns: 60 },
    );
  });

  it('The analysis yields every request once, cached ones first, while the calls for the others are in flight', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 40 }),
        fc.array(request, { maxLength: 40 }),
        async (before, requests) => {
          const fake = createFakeAnalyzer({ max_document_bytes: 80 });
          const { analyse, analyseAll } = testAnalysis({ analyzer: fake.analyzer });
          await analyseAll(before);
          const calls_before = fake.calls.length;
          const settled: AnalysisRequest[] = [];
          let calls_at_first: number | undefined;
          for await (const outcomes of analyse(requests, createAnalysisContext())) {
            const is_first = calls_at_first === undefined;
            for (const [, outcome] of is_first ? outcomes : []) {
              expect(outcome).not.toMatchObject({ cache: 'miss' });
            }
            calls_at_first ??= fake.calls.length;
            settled.push(...outcomes.map(([asked]) => asked));
          }
          expect(new Set(settled)).toEqual(new Set(requests));
          expect(settled).toHaveLength(requests.length);
          const has_called = fake.calls.length > calls_before;
          expect(Number(calls_at_first) > calls_before).toBe(has_called);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('The analysis counts each text once, and gives equal texts equal verdicts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 60 }), async (requests) => {
        const { analyseAll, counts } = testAnalysis({
          analyzer: createFakeAnalyzer({ max_document_bytes: 80 }).analyzer,
        });
        const outcomes = await analyseAll(requests);
        const { texts, empty, unsupported, failed, hits, misses } = counts[0]!;
        expect(texts).toBe(requests.length);
        expect(empty + unsupported + failed + misses + hits.batch + hits.memory + hits.table).toBe(
          texts,
        );
        const alone = testAnalysis({
          analyzer: createFakeAnalyzer({ max_document_bytes: 80 }).analyzer,
        });
        for (const [i, outcome] of outcomes.entries()) {
          const [again] = await alone.analyseAll([requests[i]!]);
          expect({ ...outcome, cache: null }).toEqual({ ...again, cache: null });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('The analysis packs chunks of long texts and short texts of one language into the same call', async () => {
    const fake = createFakeAnalyzer({ max_document_bytes: 100 });
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer });
    const long = 'The first half was slow and dull. '.repeat(4);
    const outcomes = await analyseAll(english(...numberTexts(20), long));
    expect(fake.calls.map((call) => call.documents.length)).toEqual([21]);
    expect(outcomes.at(-1)).toMatchObject({ status: 'analyzed', verdict: { chunks: 2 } });
  });

  it('The analysis keeps at most max_in_flight calls in flight, over all batches', async () => {
    const fake = createFakeAnalyzer();
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer, max_in_flight: 2 });
    const other = numberTexts(130).map((text) => ({ tenant: 'acme', text, language: 'de' }));
    await Promise.all([analyseAll(english(...numberTexts(130))), analyseAll(other)]);
    expect(fake.calls.length).toBe(12);
    expect(fake.seen.most_in_flight).toBe(2);
  });

  it('The analysis yields the verdicts of each call as it returns, while the slowest call is in flight', async () => {
    const fake = createFakeAnalyzer();
    let release = () => {};
    const slowest = new Promise<void>((resolve) => {
      release = resolve;
    });
    const analyzer: Analyzer = {
      ...fake.analyzer,
      async detectSentiment(documents, language_code) {
        if (documents.includes('text number 0')) await slowest;
        return fake.analyzer.detectSentiment(documents, language_code);
      },
    };
    const { analyse } = testAnalysis({ analyzer, max_in_flight: 20 });
    let settled = 0;
    for await (const outcomes of analyse(
      english(...numberTexts(60), 'text number 59'),
      createAnalysisContext(),
    )) {
      settled += outcomes.length;
      if (settled === 36) release();
    }
    expect(settled).toBe(61);
  });

  it('The analysis does not wait for the write to the cache table before it yields the last verdict', async () => {
    const cache = { ...createFakeCache(), put: () => new Promise<void>(() => {}) };
    const { analyse } = testAnalysis({ analyzer: createFakeAnalyzer().analyzer, cache });
    let settled = 0;
    for await (const outcomes of analyse(english('good', 'bad'), createAnalysisContext())) {
      settled += outcomes.length;
    }
    expect(settled).toBe(2);
  });

  it('The analysis of an empty batch yields nothing', async () => {
    const fake = createFakeAnalyzer();
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer });
    expect(await analyseAll([])).toEqual([]);
    expect(fake.calls).toEqual([]);
  });
});

describe('the caches', () => {
  it('The outcome says where its verdict came from: miss, batch, memory or table', async () => {
    const cache = createFakeCache();
    const first = testAnalysis({ analyzer: createFakeAnalyzer().analyzer, cache });
    const tiers = async (analyseAll: typeof first.analyseAll) =>
      (await analyseAll(english('good', ' good '))).map((outcome) =>
        outcome.status === 'analyzed' ? outcome.cache : outcome.status,
      );
    expect(await tiers(first.analyseAll)).toEqual(['miss', 'batch']);
    expect(await tiers(first.analyseAll)).toEqual(['memory', 'batch']);
    const second = testAnalysis({ analyzer: createFakeAnalyzer().analyzer, cache });
    expect(await tiers(second.analyseAll)).toEqual(['table', 'batch']);
    expect(await tiers(second.analyseAll)).toEqual(['memory', 'batch']);
    expect(second.counts.map(({ hits }) => hits)).toEqual([
      { batch: 1, memory: 0, table: 1 },
      { batch: 1, memory: 1, table: 0 },
    ]);
  });

  it('The caches never return the verdict of another language or analyzer version', async () => {
    const cache = createFakeCache();
    const fake = createFakeAnalyzer();
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer, cache });
    await analyseAll([
      { tenant: 'acme', text: 'super', language: 'en' },
      { tenant: 'acme', text: 'super', language: 'de' },
    ]);
    await testAnalysis({ analyzer: { ...fake.analyzer, version: '2' }, cache }).analyseAll(
      english('super'),
    );
    expect(fake.calls.length).toBe(3);
    expect(cache.rows.size).toBe(3);
  });

  it('If the cache table is down, texts are still analysed, and the outage is counted', async () => {
    const { analyseAll, counts } = testAnalysis({
      analyzer: createFakeAnalyzer().analyzer,
      cache: brokenCache,
    });
    expect(await analyseAll(english('good'))).toMatchObject([
      { status: 'analyzed', cache: 'miss' },
    ]);
    expect(counts).toMatchObject([
      { cache_errors: 2, cache_error: 'dynamodb: InternalServerError', misses: 1 },
    ]);
  });

  it('The caches keep nothing for a text that failed', async () => {
    const cache = createFakeCache();
    const { analyseAll } = testAnalysis({
      cache,
      analyzer: createFakeAnalyzer({
        failDocument: () => ({ ok: false, code: 'X', retryable: false, throttled: false }),
      }).analyzer,
    });
    await analyseAll(english('good'));
    expect(cache.rows.size).toBe(0);
  });
});

describe('a service that fails', () => {
  const internal = { ok: false, code: 'INTERNAL', retryable: true, throttled: false } as const;

  it('Only failed documents are sent to the analyzer again', async () => {
    const unlucky = new Set(numberTexts(60).filter((_, i) => i % 4 === 0));
    const fake = createFakeAnalyzer({
      failDocument: (document, attempt) =>
        unlucky.has(document) && attempt === 1 ? internal : undefined,
    });
    const { analyseAll, counts } = testAnalysis({ analyzer: fake.analyzer });
    const outcomes = await analyseAll(english(...numberTexts(60)));
    expect(outcomes.every((outcome) => outcome.status === 'analyzed')).toBe(true);
    expect(fake.calls.map((call) => call.documents.length)).toEqual([25, 25, 10, 15]);
    expect(fake.calls[3]?.documents).toEqual([...unlucky]);
    expect(counts[0]).toMatchObject({ calls: 4, documents: 75, retried_documents: 15 });
  });

  it('A document that fails three times has the outcome failed, not a verdict', async () => {
    const fake = createFakeAnalyzer({
      failDocument: (document) => (document === 'bad luck' ? internal : undefined),
    });
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer });
    const [unlucky, repeat, lucky] = await analyseAll(english('bad luck', 'bad luck', 'fine'));
    expect(unlucky).toEqual({
      status: 'failed',
      code: 'INTERNAL',
      retryable: true,
      throttled: false,
    });
    expect(repeat).toEqual(unlucky);
    expect(lucky).toMatchObject({ status: 'analyzed' });
    expect(fake.calls.length).toBe(3);
  });

  it('A document with a final failure is not sent again', async () => {
    const fake = createFakeAnalyzer({ failDocument: () => ({ ...internal, retryable: false }) });
    await testAnalysis({ analyzer: fake.analyzer }).analyseAll(english('x'));
    expect(fake.calls.length).toBe(1);
  });

  it('If one chunk fails, its whole text fails, and no other text does', async () => {
    const fake = createFakeAnalyzer({
      max_document_bytes: 40,
      failDocument: (document) => (document.includes('Second') ? internal : undefined),
    });
    const { analyseAll } = testAnalysis({ analyzer: fake.analyzer });
    const outcomes = await analyseAll(
      english('First sentence, quite good. Second one, quite bad.', 'Short.'),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['failed', 'analyzed']);
  });

  it('If one call fails, the verdicts of the other calls are kept and cached', async () => {
    const throttled = new ServiceError('fake', 'ThrottlingException', {
      retryable: true,
      throttled: true,
    });
    const fake = createFakeAnalyzer({ failCall: (nth) => (nth === 2 ? throttled : undefined) });
    const cache = createFakeCache();
    const { analyseAll, counts } = testAnalysis({
      analyzer: fake.analyzer,
      cache,
      max_in_flight: 1,
    });
    const outcomes = await analyseAll(english(...numberTexts(75)));
    const failed = outcomes.filter((outcome) => outcome.status === 'failed');
    expect(failed).toHaveLength(25);
    expect(failed[0]).toMatchObject({ code: 'ThrottlingException', throttled: true });
    expect(counts[0]).toMatchObject({
      failed: 25,
      failure_code: 'ThrottlingException',
      throttles: 1,
      misses: 50,
    });
    expect(cache.rows.size).toBe(50);
  });

  it('The analysis rethrows an error that is not a ServiceError', async () => {
    const analyzer = {
      ...createFakeAnalyzer().analyzer,
      detectSentiment: async () => Promise.reject(new TypeError('bug')),
    };
    await expect(testAnalysis({ analyzer }).analyseAll(english('x'))).rejects.toThrow(TypeError);
  });
});

it('Each of two records with one text says for itself whether its language was given or detected', async () => {
  const { analyseAll } = testAnalysis({
    analyzer: createFakeAnalyzer().analyzer,
    detect_language: () => 'en',
  });
  const outcomes = await analyseAll([
    { tenant: 'acme', text: 'good', language: 'auto' },
    { tenant: 'acme', text: 'good', language: 'en' },
  ]);
  expect(outcomes).toMatchObject([
    { language_code: 'en', language_source: 'detected', cache: 'miss' },
    { language_code: 'en', language_source: 'given', cache: 'batch' },
  ]);
});

describe('a text without a verdict', () => {
  it('A text of white space or in an unsupported language costs no call', async () => {
    const fake = createFakeAnalyzer();
    const { analyseAll, counts } = testAnalysis({
      analyzer: fake.analyzer,
      detect_language: (text) => (text.startsWith('Dit') ? 'nl' : undefined),
    });
    const outcomes = await analyseAll([
      { tenant: 'acme', text: ' \u3000\n', language: 'auto' },
      { tenant: 'acme', text: 'Dit is mooi', language: 'auto' },
      { tenant: 'acme', text: "Qapla'", language: 'tlh' },
    ]);
    expect(outcomes).toEqual([
      { status: 'empty' },
      { status: 'unsupported_language', language_code: 'nl', language_source: 'detected' },
      { status: 'unsupported_language', language_code: 'tlh', language_source: 'given' },
    ]);
    expect(fake.calls).toEqual([]);
    expect(counts[0]).toMatchObject({ texts: 3, empty: 1, unsupported: 2 });
  });
});

describe('normalisation', () => {
  it('normalise collapses white space and composes characters, and keeps the meaning', () => {
    expect(normalise('  GREAT \n\t it\u00a0 works \u3000')).toBe('GREAT it works');
    expect(normalise('Cafe\u0301')).toBe('Café');
    expect(normalise('lone \ud800 half')).toBe('lone \ufffd half');
    expect(normalise('It only cost $5; works & great')).toBe('It only cost $5; works & great');
  });

  it('Normalising a text twice gives the same as normalising it once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normalise(text);
        expect(normalise(once)).toBe(once);
        expect(once).toBe(once.trim());
      }),
    );
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { type AskDeps, createAsk } from '../../../../processors/analysis/ask.ts';
import {
  type AnalysisContext,
  createAnalysisContext,
} from '../../../../processors/analysis/context.ts';
import type { DocumentOutcome } from '../../../../processors/analysis/ports.ts';
import { ServiceError } from '../../../../schemas/index.ts';
import { createFakeAnalyzer } from '../../../fakes/analyzer.ts';
import { skipPause } from '../../../support/endless-loops.ts';

const BUSY: DocumentOutcome = { ok: false, code: 'Busy', retryable: true, throttled: true };

function start(deps: Partial<AskDeps>, texts: string[], more: Partial<AnalysisContext> = {}) {
  const { analyzer } = createFakeAnalyzer();
  const context: AnalysisContext = { ...createAnalysisContext(), ...more };
  const ask = createAsk({ analyzer, max_in_flight: 4, pause: skipPause, ...deps });
  const documents = texts.map((text) => ({ text, language_code: 'en' }));
  const answered = (async () => {
    const outcomes = new Map<string, DocumentOutcome>();
    for await (const some of ask(documents, context)) {
      for (const { document, outcome } of some) outcomes.set(document.text, outcome);
    }
    return outcomes;
  })();
  return { answered, counts: context.counts };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('failed documents are sent again after a pause, at most twice, and each pause knows its round', async () => {
  const rounds: number[] = [];
  const { analyzer, calls } = createFakeAnalyzer({ failDocument: () => BUSY });
  const pause = async (round: number) => void rounds.push(round);
  expect(await start({ analyzer, pause }, ['a', 'b']).answered).toEqual(
    new Map([
      ['a', BUSY],
      ['b', BUSY],
    ]),
  );
  expect(rounds).toEqual([1, 2]);
  expect(calls).toHaveLength(3);
});

it('the units of each document that the analyzer scored are counted once, with at least three for each', async () => {
  const { analyzer } = createFakeAnalyzer({
    failDocument: (text, attempt) => (text === 'busy' && attempt === 1 ? BUSY : undefined),
  });
  const { answered, counts } = start({ analyzer }, ['a', 'busy', 'x'.repeat(401)]);
  await answered;
  expect(counts.units).toBe(3 + 3 + 5);
});

it('no pause follows when no document failed', async () => {
  const pause = vi.fn(async () => {});
  await start({ pause }, ['a', 'b']).answered;
  expect(pause).not.toHaveBeenCalled();
});

it('the pauses before failed documents are sent again are at most 200 and 400 ms', async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  const started = Date.now();
  const times: number[] = [];
  const { analyzer } = createFakeAnalyzer();
  const failing = {
    ...analyzer,
    detectSentiment: async (documents: string[]) => {
      times.push(Date.now() - started);
      return documents.map(() => BUSY);
    },
  };
  const ask = createAsk({ analyzer: failing, max_in_flight: 1 });
  const ended = (async () => {
    for await (const _ of ask([{ text: 'a', language_code: 'en' }], createAnalysisContext()));
  })();
  await vi.runAllTimersAsync();
  await ended;
  expect(times[1]).toBeGreaterThan(190);
  expect(times[1]).toBeLessThanOrEqual(200);
  expect(times[2]! - times[1]!).toBeGreaterThan(390);
  expect(times[2]! - times[1]!).toBeLessThanOrEqual(400);
});

it('throttled documents of a call that succeeded are counted as throttles', async () => {
  const { analyzer } = createFakeAnalyzer({
    failDocument: (text, attempt) => (text === 'a' && attempt === 1 ? BUSY : undefined),
  });
  const { answered, counts } = start({ analyzer }, ['a', 'b']);
  expect((await answered).get('a')).toMatchObject({ ok: true });
  expect(counts).toMatchObject({ throttles: 1, retried_documents: 1, calls: 2, documents: 3 });
});

it('a call knows the deadline of the analysis, so that it takes no slot that would start later', async () => {
  const { analyzer } = createFakeAnalyzer();
  const analysis = { at: 1_234, signal: new AbortController().signal };
  const detectSentiment = vi.fn(analyzer.detectSentiment);
  await start({ analyzer: { ...analyzer, detectSentiment } }, ['a'], { analysis }).answered;
  expect(detectSentiment).toHaveBeenCalledWith(['a'], 'en', analysis);
});

it('a call that is in flight at the deadline of the analysis fails, and can be made again', async () => {
  const { analyzer } = createFakeAnalyzer();
  const controller = new AbortController();
  const analysis = { at: 0, signal: controller.signal };
  const silent = { ...analyzer, detectSentiment: () => new Promise<never>(() => {}) };
  const { answered } = start({ analyzer: silent }, ['a'], { analysis });
  controller.abort();
  expect((await answered).get('a')).toEqual({
    ok: false,
    code: 'OutOfTime',
    retryable: true,
    throttled: false,
  });
});

it('a call that fails as a whole is not made again here, and fails each of its documents', async () => {
  const down = new ServiceError('fake', 'Down', { retryable: true });
  const { analyzer, calls } = createFakeAnalyzer({ failCall: () => down });
  const { answered, counts } = start({ analyzer }, ['a', 'b']);
  const outcome = { ok: false, code: 'Down', retryable: true, throttled: false };
  expect([...(await answered).values()]).toEqual([outcome, outcome]);
  expect(calls).toHaveLength(1);
  expect(counts).toMatchObject({ throttles: 0, retried_documents: 0 });
});

it('a text that makes the analyzer refuse its call is refused alone, and the other texts get their verdicts', async () => {
  const { analyzer } = createFakeAnalyzer();
  const refusal = new ServiceError('fake', 'InvalidRequestException', {
    retryable: false,
    refuses_input: true,
  });
  const picky = {
    ...analyzer,
    detectSentiment: async (documents: string[], language_code: string) => {
      if (documents.includes('poison')) throw refusal;
      return analyzer.detectSentiment(documents, language_code);
    },
  };
  const texts = [...Array.from({ length: 24 }, (_, i) => `text ${i}`), 'poison'];
  const { answered, counts } = start({ analyzer: picky }, texts);
  const outcomes = await answered;
  expect(outcomes.get('poison')).toEqual({
    ok: false,
    code: 'InvalidRequestException',
    retryable: false,
    throttled: false,
    refused: true,
  });
  expect([...outcomes.values()].filter(({ ok }) => ok)).toHaveLength(24);
  expect(counts.calls).toBeLessThanOrEqual(7);
});

it('a call that fails because of a missing permission is not taken apart, and refuses no text', async () => {
  const denied = new ServiceError('fake', 'AccessDeniedException', { retryable: false });
  const { analyzer, calls } = createFakeAnalyzer({ failCall: () => denied });
  const outcomes = await start({ analyzer }, ['a', 'b']).answered;
  expect(calls).toHaveLength(1);
  for (const outcome of outcomes.values()) expect(outcome).not.toHaveProperty('refused');
});

it('an analyzer that leaves a document without an outcome is a bug', async () => {
  const { analyzer } = createFakeAnalyzer();
  const forgetful = { ...analyzer, detectSentiment: async () => [BUSY] };
  await expect(start({ analyzer: forgetful }, ['a', 'b']).answered).rejects.toThrow(
    'The analyzer left a document without an outcome',
  );
});

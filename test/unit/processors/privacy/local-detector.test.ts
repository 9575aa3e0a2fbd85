import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createLocalDetection,
  createLocalDetector,
} from '../../../../processors/privacy/local-detector.ts';
import type { Detector } from '../../../../processors/privacy/scan.ts';
import { CLOCKS, type Clocks, startTimeLimit } from '../../../../processors/privacy/time-limit.ts';

const detect = createLocalDetection();

it('A finding has its place in UTF-16 units, in bytes of UTF-8 and in code points', () => {
  expect(detect('😀é ann@example.com', 'en')).toEqual({
    ok: true,
    findings: [
      {
        type: 'EMAIL',
        score: 0.99,
        utf16: { start: 4, end: 19 },
        utf8: { start: 7, end: 22 },
        code_points: { start: 3, end: 18 },
      },
    ],
  });
});

const broken: Detector = {
  name: 'broken',
  mayFind: () => true,
  find() {
    throw new Error('secret text');
  },
};

it('A detector that throws makes the whole text unsafe, and its error is not passed on', () => {
  const result = createLocalDetection({ detectors: [broken] })('secret text', 'en');
  expect(result).toEqual({ ok: false, reason: 'failed', detector: 'broken' });
});

it('A text that takes longer than its time is unsafe, even if the detector never ends by itself', () => {
  let time = 0;
  const endless: Detector = {
    name: 'endless',
    mayFind: () => true,
    *find(scan) {
      for (;;) {
        time += 1;
        scan.checkTime();
        yield { type: 'NAME', start: 0, end: 1, score: 0.1 };
      }
    },
  };
  const clocks = { now: () => time, readCpu: () => time };
  const options = { detectors: [endless], clocks, time_limit_ms: 1_000 };
  const result = createLocalDetection(options)('a', 'en');
  expect(result).toEqual({ ok: false, reason: 'out_of_time', detector: 'endless' });
  expect(time).toBeLessThan(1_100);
});

it('A detector that ends late by its CPU time makes the text unsafe too', () => {
  let time = 0;
  const late: Detector = {
    name: 'late',
    mayFind: () => true,
    find() {
      time += 2_000;
      return [];
    },
  };
  const options = { detectors: [late], time_limit_ms: 1_000 };
  const detectBy = (clocks: Clocks) => createLocalDetection({ ...options, clocks })('a', 'en');
  const clocks = { now: () => time, readCpu: () => time };
  expect(detectBy(clocks)).toMatchObject({ reason: 'out_of_time' });
  // On a busy machine time passes without work, and another thread works without time.
  expect(detectBy({ ...clocks, readCpu: () => 0 })).toMatchObject({ ok: true });
  expect(detectBy({ ...clocks, now: () => 0 })).toMatchObject({ ok: true });
});

it('The clocks of the local detector measure CPU time beside time', () => {
  const isOver = startTimeLimit(50, CLOCKS);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  const waited = isOver();
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 60_000);
  expect([waited, isOver()]).toEqual([false, true]);
});

it('The local detector supports every language, and knows the cue words of all in one it does not know', async () => {
  const detector = createLocalDetector();
  expect(detector.supports('xx')).toBe(true);
  expect(await detector.detect('Passwort: geheim, contraseña: secreta', 'xx')).toMatchObject({
    findings: [{ type: 'PASSWORD' }, { type: 'PASSWORD' }],
  });
});

it('Text that is not well-formed Unicode is searched like any other', () => {
  expect(detect('\ud800 ann@example.com \udfff', 'en')).toMatchObject({
    findings: [{ type: 'EMAIL', utf16: { start: 2, end: 17 } }],
  });
});

it('No text makes a detector fail, and every finding lies within the text and is not empty', () => {
  const parts = fc.constantFrom(
    ...[
      '@',
      '.',
      '+1 ',
      '12',
      '-',
      'call ',
      '密码: ',
      'my name is ',
      'DE89',
      '１２',
      '\u200b',
      '😀',
      'ann@example.com',
    ],
  );
  const unit = fc.oneof(parts, fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }));
  const language = fc.constantFrom('en', 'de', 'ja', 'ko', 'zh-TW', 'ar', 'hi', 'xx');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), language, (units, language_code) => {
      const text = units.join('');
      const detection = detect(text, language_code);
      expect(detection.ok).toBe(true);
      if (!detection.ok) return;
      const bytes = Buffer.byteLength(text);
      for (const { utf16, utf8, code_points } of detection.findings) {
        for (const [span, length] of [
          [utf16, text.length],
          [utf8, bytes],
          [code_points, text.length],
        ] as const) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.start).toBeLessThan(span.end);
          expect(span.end).toBeLessThanOrEqual(length);
        }
      }
    }),
    { numRuns: 400 },
  );
});

import { DETECTORS } from './detectors/index.ts';
import { fold, unfoldSpan } from './fold.ts';
import { addOffsets } from './offsets.ts';
import type { Detection, PersonalDataDetector } from './ports.ts';
import { resolveOverlaps } from './resolve.ts';
import { type Candidate, createScan, type Detector, OutOfTime } from './scan.ts';
import { CLOCKS, type Clocks, startTimeLimit } from './time-limit.ts';

export interface LocalDetectorOptions {
  /** Most CPU time for one text, in milliseconds. A text that takes longer must be masked whole. */
  time_limit_ms?: number;
  clocks?: Clocks;
  detectors?: readonly Detector[];
}

/** Four times the CPU time of a text of 1 MiB that is full of candidates. */
const TIME_LIMIT_MS = 2_000;
/** Number of candidates between two looks at the clock. */
const CHECK_EVERY = 64;

/**
 * Creates the detector that runs in this process and calls no service. It finds personal data in
 * all languages; cue words are known in the 12 languages of Comprehend's sentiment analysis.
 *
 * @example
 * const detector = createLocalDetector();
 * await detector.detect('Write to ann@example.com', 'en');
 * // { ok: true, findings: [{ type: 'EMAIL', score: 0.99, utf16: { start: 9, end: 24 }, … }] }
 */
export function createLocalDetector(options: LocalDetectorOptions = {}): PersonalDataDetector {
  return wrapLocalDetection(createLocalDetection(options));
}

/** Creates the local detector from its function. */
export function wrapLocalDetection(
  detectInText: (text: string, language_code: string) => Detection,
): PersonalDataDetector {
  return {
    name: 'local',
    supports: () => true,
    detect: async (text, language_code) => detectInText(text, language_code),
  };
}

/** Creates the function of the local detector, for callers that need its answer without a promise. */
export function createLocalDetection({
  time_limit_ms = TIME_LIMIT_MS,
  clocks = CLOCKS,
  detectors = DETECTORS,
}: LocalDetectorOptions = {}): (text: string, language_code: string) => Detection {
  return (text, language_code) => {
    const isOutOfTime = startTimeLimit(time_limit_ms, clocks);
    let running = 'fold';
    try {
      const folded = fold(text);
      const scan = createScan(folded.text, language_code, createTimeCheck(isOutOfTime));
      const candidates: Candidate[] = [];
      for (const detector of detectors) {
        running = detector.name;
        if (isOutOfTime()) throw new OutOfTime();
        if (!detector.mayFind(scan)) continue;
        for (const candidate of detector.find(scan)) candidates.push(candidate);
      }
      const placed = resolveOverlaps(candidates).map(({ type, score, ...span }) => ({
        type,
        score,
        utf16: unfoldSpan(folded, text, span),
      }));
      if (isOutOfTime()) throw new OutOfTime();
      return { ok: true, findings: addOffsets(text, placed) };
    } catch (cause) {
      // The error is not passed on, because its message may quote the text.
      const reason = cause instanceof OutOfTime ? 'out_of_time' : 'failed';
      return { ok: false, reason, detector: running };
    }
  };
}

function createTimeCheck(isOutOfTime: () => boolean): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls % CHECK_EVERY === 0 && isOutOfTime()) throw new OutOfTime();
  };
}

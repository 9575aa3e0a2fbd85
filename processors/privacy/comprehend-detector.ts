/// <reference lib="es2024.string" />
import { ServiceError } from '../../schemas/index.ts';
import { callBefore, type Deadline } from '../deadline.ts';
import { addOffsets, findUtf16Indexes, type PlacedInUtf16 } from './offsets.ts';
import type { Detection, EntityService, PersonalDataDetector } from './ports.ts';
import { cutWindows, type Window } from './windows.ts';

/** Languages of DetectPiiEntities. */
const LANGUAGES = new Set(['en', 'es']);

/**
 * Creates the detector that asks Amazon Comprehend. A text over the limit of a call is sent in
 * windows that overlap, so that no entity is cut in two.
 *
 * While Comprehend is away, `detect` throws, and the text waits. A text that Comprehend refuses in
 * every call is unsafe and must be masked whole.
 */
export function createComprehendDetector(service: EntityService): PersonalDataDetector {
  return {
    name: 'comprehend',
    supports: (language_code) => LANGUAGES.has(language_code),
    async detect(text, language_code, deadline) {
      const found: PlacedInUtf16[] = [];
      try {
        for (const window of cutWindows(text.toWellFormed(), service.max_bytes)) {
          found.push(...(await detectInWindow(service, window, { language_code, deadline })));
        }
      } catch (cause) {
        return explainRefusal(cause);
      }
      found.sort((a, b) => a.utf16.start - b.utf16.start || b.utf16.end - a.utf16.end);
      return { ok: true, findings: addOffsets(text, removeRepeats(found)) };
    },
  };
}

async function detectInWindow(
  service: EntityService,
  { text, start }: Window,
  { language_code, deadline }: { language_code: string; deadline: Deadline | undefined },
): Promise<PlacedInUtf16[]> {
  // Comprehend refuses an empty text, and a text without letters and digits has no personal data.
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const entities = await callBefore(deadline, 'comprehend', () =>
    service.detectEntities(text, language_code),
  );
  const offsets = entities.flatMap(({ begin, end }) => [begin, end]).sort((a, b) => a - b);
  const indexes = findUtf16Indexes(text, offsets);
  const place = (offset: number) => start + (indexes.get(offset) ?? 0);
  return entities.map(({ type, score, begin, end }) => ({
    type,
    score,
    utf16: { start: place(begin), end: place(end) },
  }));
}

function explainRefusal(cause: unknown): Detection {
  if (cause instanceof ServiceError && cause.refuses_input) {
    return { ok: false, reason: 'refused', detector: 'comprehend' };
  }
  throw cause;
}

/** Removes findings that two windows have in common. */
function removeRepeats(sorted: PlacedInUtf16[]): PlacedInUtf16[] {
  const keys = new Set<string>();
  return sorted.filter(({ type, utf16 }) => {
    const key = `${type} ${utf16.start} ${utf16.end}`;
    const is_new = !keys.has(key);
    keys.add(key);
    return is_new;
  });
}

/// <reference lib="es2024.string" />
import { COMPREHEND_PERSONAL_DATA_LANGUAGES, ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import { addOffsets, findUtf16Indexes, type PlacedInUtf16 } from './offsets.ts';
import type { Detection, EntityService, PersonalDataDetector, SearchContext } from './ports.ts';
import { mergeRepeats } from './repeats.ts';
import { cutWindows, type Window } from './windows.ts';

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
    supports: (language_code) => COMPREHEND_PERSONAL_DATA_LANGUAGES.includes(language_code),
    async detect(text, language_code, context) {
      const found: PlacedInUtf16[] = [];
      try {
        for (const window of cutWindows(text.toWellFormed(), service.max_bytes)) {
          found.push(...(await detectInWindow(service, window, { language_code, context })));
        }
      } catch (cause) {
        return explainRefusal(cause);
      }
      // Two windows may have findings in common.
      return { ok: true, findings: addOffsets(text, mergeRepeats(found)) };
    },
  };
}

async function detectInWindow(
  service: EntityService,
  { text, start }: Window,
  { language_code, context }: { language_code: string; context: SearchContext | undefined },
): Promise<PlacedInUtf16[]> {
  // Comprehend refuses an empty text, and a text without letters and digits has no personal data.
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const entities = await callBefore(context?.deadline, 'comprehend', () =>
    service.detectEntities(text, language_code, context),
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

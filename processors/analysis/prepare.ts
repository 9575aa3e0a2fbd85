import { fingerprint } from '../../schemas/index.ts';
import {
  createLanguageResolver,
  type LanguageDetector,
  type ResolvedLanguage,
} from '../language.ts';
import { hasOnlyPlaceholders } from '../privacy/placeholders.ts';
import { canonicalise } from './canonicalise.ts';
import { hasVisibleCharacter, normalise } from './normalise.ts';
import type { AnalysisRequest, Empty, UnsupportedLanguage } from './outcome.ts';
import type { Analyzer } from './ports.ts';

/**
 * A text that is ready for the caches and for the analyzer. The fingerprint is the key in the
 * caches. The text and the language are sent to the analyzer.
 */
export interface Question extends ResolvedLanguage {
  status: 'ready';
  /**
   * The canonical text. It decides the verdict alone, so a verdict does not depend on which of several
   * texts with this form came first.
   */
  text: string;
  fingerprint: string;
}

export type Prepared = Question | Empty | UnsupportedLanguage;

/**
 * Creates a function that brings the text of a request into its canonical form, resolves the language
 * and computes the fingerprint. The function reads no cache and calls no service.
 */
export function createPrepare(deps: {
  analyzer: Pick<Analyzer, 'name' | 'version' | 'supports'>;
  detect_language: LanguageDetector;
  default_language: string;
  /** Whether ids in the text are replaced by a neutral number. The default is true. */
  neutral_ids?: boolean;
}): (request: Omit<AnalysisRequest, 'tenant'>) => Prepared {
  const { analyzer, neutral_ids = true } = deps;
  const prepareText = neutral_ids ? canonicalise : normalise;
  const resolveLanguage = createLanguageResolver(deps);
  return (request) => {
    const text = prepareText(request.text);
    if (!hasVisibleCharacter(text) || hasOnlyPlaceholders(text)) return { status: 'empty' };
    const language = request.resolved_language ?? resolveLanguage(request.language, text);
    if (!analyzer.supports(language.language_code)) {
      return { status: 'unsupported_language', ...language };
    }
    const key = fingerprint({
      analyzer_name: analyzer.name,
      analyzer_version: analyzer.version,
      language_code: language.language_code,
      analysed_text: text,
    });
    return { status: 'ready', text, fingerprint: key, ...language };
  };
}

import { LRUCache } from 'lru-cache';
import { fingerprint } from '../../schemas/index.ts';
import { createLanguageResolver, type ResolvedLanguage } from './language.ts';
import { normalise } from './normalise.ts';
import type { AnalysisRequest, Empty, UnsupportedLanguage } from './outcome.ts';
import type { Analyzer, LanguageDetector } from './ports.ts';

/** A text in the form in which it is looked up and asked for. */
export interface Question extends ResolvedLanguage {
  status: 'ready';
  /** Normalised. */
  text: string;
  fingerprint: string;
}

type Prepared = Question | Empty | UnsupportedLanguage;

/** Characters of texts whose preparation is remembered: what goes viral is prepared once. */
const REMEMBERED_CHARACTERS = 4_000_000;

/** Takes a request as far as it gets without a cache or a service. The same request may give the same object again. */
export function createPrepare(deps: {
  analyzer: Pick<Analyzer, 'name' | 'version' | 'supports'>;
  detect_language: LanguageDetector;
  default_language: string;
}): (request: AnalysisRequest) => Prepared {
  const prepare = createPrepareOnce(deps);
  const remembered = new LRUCache<string, Prepared>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_, { length }) => length,
  });
  return (request) => {
    const key = `${request.language}\n${request.text}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const prepared = prepare(request);
    remembered.set(key, prepared);
    return prepared;
  };
}

function createPrepareOnce(deps: Parameters<typeof createPrepare>[0]) {
  const { analyzer } = deps;
  const resolveLanguage = createLanguageResolver(deps);
  return (request: AnalysisRequest): Prepared => {
    const text = normalise(request.text);
    if (text === '') return { status: 'empty' };
    const language = resolveLanguage(request.language, text);
    if (!analyzer.supports(language.language_code)) {
      return { status: 'unsupported_language', ...language };
    }
    const key = fingerprint({
      analyzer_name: analyzer.name,
      analyzer_version: analyzer.version,
      language_code: language.language_code,
      normalised_text: text,
    });
    return { status: 'ready', text, fingerprint: key, ...language };
  };
}

import type { Answer } from './answers.ts';
import type { CachedVerdict } from './caches.ts';
import type { AnalysisOutcome } from './outcome.ts';
import type { Prepared, Question } from './prepare.ts';

/**
 * A request of a group. One producer may give the language of a text while another producer leaves
 * the language to detection, so each request has its own source of the language.
 */
interface Member<Request extends { tenant: string }> extends Pick<Question, 'language_source'> {
  request: Request;
}

/**
 * Groups the requests of a batch by fingerprint, so that a text that occurs several times is looked
 * up and analysed only once.
 */
export class RequestGroups<Request extends { tenant: string }> {
  readonly #groups = new Map<string, { question: Question; members: Member<Request>[] }>();
  readonly #analyzer: { name: string; version: string };

  constructor({ name, version }: { name: string; version: string }) {
    this.#analyzer = { name, version };
  }

  /**
   * Adds the requests that need a verdict to the groups. Returns all other requests with their
   * outcomes.
   */
  add(prepared: [Request, Prepared][]): [Request, AnalysisOutcome][] {
    const settled: [Request, AnalysisOutcome][] = [];
    for (const [request, item] of prepared) {
      if (item.status !== 'ready') settled.push([request, item]);
      else {
        const { fingerprint, language_source } = item;
        const group = this.#groups.get(fingerprint) ?? { question: item, members: [] };
        this.#groups.set(fingerprint, group);
        group.members.push({ request, language_source });
      }
    }
    return settled;
  }

  questions(): Question[] {
    return [...this.#groups.values()].map(({ question }) => question);
  }

  /** Returns the tenants whose requests have this text, each once, in the order of the requests. */
  tenantsOf(fingerprint: string): string[] {
    const members = this.#groups.get(fingerprint)?.members ?? [];
    return [...new Set(members.map(({ request }) => request.tenant))];
  }

  /**
   * Returns the outcome of each request in a group. The outcome of the first request has the cache
   * tier of the answer. The outcomes of all further requests have the cache tier `batch`.
   */
  settle(fingerprint: string, answer: Answer | CachedVerdict): [Request, AnalysisOutcome][] {
    const group = this.#groups.get(fingerprint);
    if (group === undefined) throw new Error('An answer to a question that no request asks');
    const { language_code } = group.question;
    return group.members.map(({ request, language_source }, i) => {
      if ('status' in answer) return [request, answer];
      const analyzed: AnalysisOutcome = {
        status: 'analyzed',
        verdict: answer.verdict,
        language_code,
        language_source,
        cache: i === 0 ? answer.cache : 'batch',
        analyzer: this.#analyzer,
      };
      return [request, analyzed];
    });
  }
}

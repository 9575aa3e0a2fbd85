import type { Books } from './books.ts';
import { type AnswerCounts, checkAnswers } from './check-answers.ts';
import { checkCallbacks } from './check-callbacks.ts';
import { checkCounts } from './check-counts.ts';
import { checkHistory } from './check-history.ts';
import { checkJobs } from './check-jobs.ts';
import { checkLeaks } from './check-leaks.ts';
import { checkReplay } from './check-replay.ts';
import { checkResults } from './check-results.ts';
import { checkSetAsides } from './check-set-asides.ts';
import { expectContents } from './expectations.ts';
import type { VerdictOf } from './expected.ts';
import { createFindings, type Kind } from './findings.ts';
import type { StoreContents } from './stores.ts';

export interface CheckReport extends Record<Kind, number>, AnswerCounts {
  acknowledged: number;
  results: number;
  set_asides: number;
  replayed: number;
  /** Descriptions of the first broken promises. They contain ids and reasons but no texts. */
  findings: string[];
}

/**
 * Compares what was sent during a storm with the contents of the stores. The checker uses no code
 * of the product, because a bug in shared code could hide itself.
 */
export function checkStorm(
  books: Books,
  contents: StoreContents,
  verdictOf: VerdictOf,
): CheckReport {
  const findings = createFindings();
  const expectations = expectContents(books, contents.stream);
  const results = checkResults({ contents, expectations, verdictOf, findings });
  const set_asides = checkSetAsides(contents, expectations, findings);
  const replayed = checkReplay(books, contents, findings);
  checkJobs(books, contents, verdictOf, findings);
  checkCallbacks(books, contents, findings);
  const answers = checkAnswers(books, verdictOf, findings);
  checkCounts(contents, findings);
  checkHistory(contents, expectations, findings);
  checkLeaks(books, contents.log, findings);
  const acknowledged = books.entries.filter((entry) => entry.acknowledged);
  return {
    acknowledged: acknowledged.reduce((sum, { specs }) => sum + specs.length, 0),
    results,
    set_asides,
    replayed,
    ...answers,
    ...findings.counts,
    findings: findings.descriptions,
  };
}

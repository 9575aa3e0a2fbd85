import { OverBudgetError } from '../../budgets/over-budget-error.ts';
import type { AnalysisFailure, AnalysisOutcome } from '../../processors/analysis/outcome.ts';
import type { SearchedText } from '../../processors/privacy/search-text.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';

/** A text of a caller, with its language code or `auto`. */
export interface TextRequest {
  tenant: string;
  text: string;
  language: string;
}

/** The outcome of a text, and the personal data in it. If the search failed, nothing is known. */
export interface TextOutcome {
  outcome: AnalysisOutcome;
  found: SearchedText['found'] | undefined;
}

/** Searches texts for personal data, and analyses them as the policy says. Keeps their order. */
export async function analyseTexts(
  { searchText, analyse }: Pick<ApiDeps, 'searchText' | 'analyse'>,
  requests: TextRequest[],
): Promise<TextOutcome[]> {
  const searched = await Promise.all(requests.map((request) => searchOne(searchText, request)));
  const asked = searched.flatMap((one, i) => {
    const request = requests[i];
    if ('status' in one || request === undefined) return [];
    return [{ ...request, text: one.analysed, resolved_language: one.language }];
  });
  const outcomes = (await analyse(asked)).values();
  return searched.map((one): TextOutcome => {
    if ('status' in one) return { outcome: one, found: undefined };
    const { value: outcome } = outcomes.next();
    if (outcome === undefined) throw new Error('The analysis left a text without an outcome');
    return { outcome, found: one.found };
  });
}

async function searchOne(
  searchText: ApiDeps['searchText'],
  request: TextRequest,
): Promise<SearchedText | AnalysisFailure> {
  try {
    return await searchText(request);
  } catch (cause) {
    if (cause instanceof OverBudgetError) return explainOverBudget(cause);
    if (!(cause instanceof ServiceError)) throw cause;
    const { code, retryable, throttled } = cause;
    return { status: 'failed', code, retryable, throttled };
  }
}

function explainOverBudget({ scope, month }: OverBudgetError): AnalysisFailure {
  const over_budget = { scope, month };
  return {
    status: 'failed',
    code: 'OverBudget',
    retryable: false,
    throttled: false,
    over_budget,
  };
}

import type { Budget, Charged, Payment } from '../../budgets/budget.ts';
import { billedUnits } from '../../budgets/units.ts';
import { ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { AnalysisContext } from './context.ts';
import type { AnalysisFailure } from './outcome.ts';
import type { Question } from './prepare.ts';

/** Questions after the tenants were charged. Each question is in one of the two lists. */
interface ChargedQuestions {
  affordable: Question[];
  refused: [Question, AnalysisFailure][];
  /** Returns the units of questions that got no verdict. The argument contains fingerprints. */
  refund(without_verdict: string[]): Promise<void>;
}

export type ChargeQuestions = (
  questions: Question[],
  /** Returns the tenants whose requests ask the question. */
  payersOf: (question: Question) => string[],
  context: AnalysisContext,
) => Promise<ChargedQuestions>;

/**
 * Creates the function that charges tenants for the questions that are in no cache. Without a budget
 * every question is affordable.
 */
export function createChargeQuestions(
  budget: Budget | undefined,
  max_document_bytes: number,
): ChargeQuestions {
  if (budget === undefined) {
    return async (affordable) => ({ affordable, refused: [], refund: async () => undefined });
  }
  return async (questions, payersOf, context) => {
    const charges = questions.map((question) => ({
      tenants: payersOf(question),
      units: billedUnits(question.text, max_document_bytes),
    }));
    const errors_before = budget.ledgerErrors();
    const charged = await chargeBefore(context, questions.length, () => budget.charge(charges));
    context.counts.budget_errors += budget.ledgerErrors() - errors_before;
    const payments = new Map<string, Payment>();
    const refused: ChargedQuestions['refused'] = [];
    const affordable = questions.filter((question, i) => {
      const outcome = charged[i];
      if (outcome === undefined) throw new Error('The budget left a question without an outcome');
      if ('payment' in outcome) payments.set(question.fingerprint, outcome.payment);
      else refused.push([question, explainRefusal(outcome)]);
      return 'payment' in outcome;
    });
    const refund = (without_verdict: string[]) =>
      budget.refund(without_verdict.flatMap((fingerprint) => payments.get(fingerprint) ?? []));
    return { affordable, refused, refund };
  };
}

/** Charges before the deadline of the analysis. After the deadline, no tenant can pay. */
async function chargeBefore(
  { analysis }: AnalysisContext,
  questions: number,
  charge: () => Promise<Charged[]>,
): Promise<Charged[]> {
  try {
    return await callBefore(analysis, 'budget', charge);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return Array.from({ length: questions }, () => ({
      refusal: { reason: 'unavailable', error },
    }));
  }
}

function explainRefusal({ refusal }: Extract<Charged, { refusal: object }>): AnalysisFailure {
  if (refusal.reason === 'unavailable') {
    const { code, throttled } = refusal.error;
    return { status: 'failed', code, retryable: true, throttled };
  }
  const { scope, month } = refusal;
  return {
    status: 'failed',
    code: 'OverBudget',
    retryable: false,
    throttled: false,
    over_budget: { scope, month },
  };
}

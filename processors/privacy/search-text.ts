import { findPrivacyPolicy } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';
import type { ResolvedLanguage } from '../language.ts';
import { detectUnsure } from './detect-unsure.ts';
import type { PersonalDataDetector } from './ports.ts';
import type { RedactRecordDeps } from './redact-record.ts';
import { type RedactedText, redactText } from './redact-text.ts';

/** A text that a caller waits for, with the personal data in it. */
export interface SearchedText {
  /** The text that is analysed: with placeholders, if the policy of the tenant is `redact`. */
  analysed: string;
  language: ResolvedLanguage;
  found: RedactedText;
}

/**
 * Searches a text of a tenant for personal data, whatever the policy, and masks it as the policy says.
 *
 * @throws {ServiceError} if a service that the policy needs is away.
 * @throws {OverBudgetError} if the tenant cannot pay for the search of the text.
 */
export type SearchText = (
  request: { tenant: string; text: string; language: string },
  deadline?: Deadline,
) => Promise<SearchedText>;

export interface SearchTextDeps extends Pick<RedactRecordDeps, 'settings' | 'resolveLanguage'> {
  detector: PersonalDataDetector;
  /** Searches the texts of tenants whose policy is `off`: no service gets them for this. */
  local_detector: PersonalDataDetector;
}

/** Creates the function that searches the texts of the API. */
export function createSearchText(deps: SearchTextDeps): SearchText {
  return async ({ tenant, text, language: given }, deadline) => {
    const { policy } = findPrivacyPolicy(deps.settings, tenant);
    const language = deps.resolveLanguage(given, text);
    const detector = policy === 'off' ? deps.local_detector : deps.detector;
    const found = redactText(
      text,
      await detectUnsure(detector, text, language, { tenant, deadline }),
    );
    return { analysed: policy === 'redact' ? found.masked : text, language, found };
  };
}

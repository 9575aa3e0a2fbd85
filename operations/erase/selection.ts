import { maskAuthor } from '../../processors/privacy/redact-metadata.ts';
import { derivePseudonymKey, type Selection, type Selector } from '../../schemas/index.ts';
import type { RestoreKey } from '../restore.ts';

/**
 * Adds to a selector the time until which it selects, and the forms in which stores hold its author: as it
 * is, and as the pseudonym of the tenant. Under placeholders without pseudonyms all authors are `[NAME]`,
 * and none can be told from another.
 *
 * @throws {ServiceError} if the secret of the deployment cannot be read.
 */
export async function buildSelection(
  selector: Selector,
  accepted_until: number,
  restoreKey: RestoreKey,
): Promise<Selection> {
  const { tenant, author } = selector;
  if (author === undefined) return { selector, accepted_until };
  const pseudonym = maskAuthor(author, derivePseudonymKey(await restoreKey(), tenant));
  return { selector, accepted_until, authors: [...new Set([author, pseudonym])] };
}

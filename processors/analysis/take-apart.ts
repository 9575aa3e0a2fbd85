import { ServiceError } from '../../schemas/index.ts';

/** The result of {@link takeApart}. Each document is in exactly one of the three lists. */
export interface TakenApart<Document, Answer> {
  /** The answers of the accepted calls. */
  accepted: Answer[];
  /** The documents that the service refuses, each with the error of its last refused call. */
  refused: { document: Document; error: ServiceError }[];
  /** The documents without an answer, because a call failed for another reason. */
  failed: { document: Document; error: ServiceError }[];
}

/** Makes one call. Throws a ServiceError if the call fails. */
type Send<Document, Answer> = (documents: Document[]) => Promise<Answer>;

/**
 * Finds the refused documents of a call that the service refused as a whole, and gets the answers
 * to all other documents. The service does not name the refused documents. After the function has
 * found one, it sends all documents that are still unknown in one call, and searches them only if
 * this call is refused too. For n documents, k of which are refused, the function makes at most
 * k × (⌈log₂ n⌉ + 1) calls.
 *
 * @param refusal error of the call with all documents.
 */
export async function takeApart<Document, Answer>(
  documents: Document[],
  refusal: ServiceError,
  send: Send<Document, Answer>,
): Promise<TakenApart<Document, Answer>> {
  const apart: TakenApart<Document, Answer> = { accepted: [], refused: [], failed: [] };
  let suspects = documents;
  let error: ServiceError | undefined = refusal;
  while (error?.refuses_input === true) {
    const unknown: Document[] = await findRefused(suspects, error, send, apart);
    error = unknown.length === 0 ? undefined : await trySend(unknown, send, apart);
    suspects = unknown;
  }
  if (error !== undefined) addFailed(apart, suspects, error);
  return apart;
}

/**
 * Finds one refused document by halving, and adds it to `apart`. Each step sends the first half of
 * the suspects, which contain a refused document. If the first half is accepted, the second half
 * contains the refused document. Otherwise the second half becomes unknown.
 *
 * The last suspect is not sent alone if all other suspects were accepted, because this call would
 * exceed the number that {@link takeApart} promises.
 *
 * @returns the unknown documents.
 */
async function findRefused<Document, Answer>(
  documents: Document[],
  refusal: ServiceError,
  send: Send<Document, Answer>,
  apart: TakenApart<Document, Answer>,
): Promise<Document[]> {
  let suspects = documents;
  let last_refusal = refusal;
  const unknown: Document[] = [];
  while (suspects.length > 1) {
    const middle = Math.ceil(suspects.length / 2);
    const [first, second] = [suspects.slice(0, middle), suspects.slice(middle)];
    const error = await trySend(first, send, apart);
    if (error !== undefined && !error.refuses_input) {
      addFailed(apart, [...suspects, ...unknown], error);
      return [];
    }
    if (error === undefined) suspects = second;
    else {
      suspects = first;
      unknown.push(...second);
      last_refusal = error;
    }
  }
  apart.refused.push(...suspects.map((document) => ({ document, error: last_refusal })));
  return unknown;
}

/** Makes a call. Adds its answer to `apart`, or returns the error of the call. */
async function trySend<Document, Answer>(
  documents: Document[],
  send: Send<Document, Answer>,
  apart: TakenApart<Document, Answer>,
): Promise<ServiceError | undefined> {
  try {
    apart.accepted.push(await send(documents));
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    return cause;
  }
}

function addFailed<Document, Answer>(
  apart: TakenApart<Document, Answer>,
  documents: Document[],
  error: ServiceError,
): void {
  apart.failed.push(...documents.map((document) => ({ document, error })));
}

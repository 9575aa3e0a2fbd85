import { isObject, type JsonObject } from '../json-protocol.ts';
import { type EntryFailure, listOf, type PartialAction } from './partial-action.ts';

const pick = (input: JsonObject, list: string, kept: number[]): JsonObject => {
  const entries = listOf(input[list]);
  return { ...input, [list]: kept.map((position) => entries[position]) };
};

interface ParallelBatch {
  list: string;
  answers: string;
  failed_count?: string;
  code: string;
  message: string;
  failureOf(failure: EntryFailure): JsonObject;
}

/**
 * Describes a batch action whose answer lists one result for each entry, in the order of the
 * request.
 */
function parallelBatch(batch: ParallelBatch): PartialAction {
  const { list, answers, failed_count, code, message, failureOf } = batch;
  return {
    code,
    message,
    size: (input) => listOf(input[list]).length,
    keep: (input, kept) => pick(input, list, kept),
    nothing: { [answers]: [], ...(failed_count && { [failed_count]: 0 }) },
    merge(output, { kept, rejected }, failure) {
      const merged: unknown[] = [];
      const answered = listOf(output[answers]);
      kept.forEach((position, index) => {
        merged[position] = answered[index];
      });
      for (const position of rejected) merged[position] = failureOf(failure);
      const count = failed_count && Number(output[failed_count] ?? 0) + rejected.length;
      return { ...output, [answers]: merged, ...(failed_count && { [failed_count]: count }) };
    },
  };
}

const listedFailure = ({ code, message }: EntryFailure) => ({
  ErrorCode: code,
  ErrorMessage: message,
});

/**
 * Describes a batch action of Comprehend. The answer has a list of results and a list of errors,
 * and each element of these lists carries the index of its entry.
 */
function indexedBatch(): PartialAction {
  const renumber = (list: unknown, kept: number[]) =>
    listOf(list)
      .filter(isObject)
      .map((entry) => ({ ...entry, Index: kept[Number(entry.Index)] }));
  return {
    code: 'InternalServerException',
    message: 'An internal server error occurred. Retry your request.',
    size: (input) => listOf(input.TextList).length,
    keep: (input, kept) => pick(input, 'TextList', kept),
    nothing: { ResultList: [], ErrorList: [] },
    merge(output, { kept, rejected }, failure) {
      const failed = failure.missing
        ? []
        : rejected.map((Index) => ({ Index, ...listedFailure(failure) }));
      const errors = [...renumber(output.ErrorList, kept), ...failed];
      return {
        ...output,
        ResultList: renumber(output.ResultList, kept),
        ErrorList: errors.sort((a, b) => Number(a.Index) - Number(b.Index)),
      };
    },
  };
}

/**
 * The batch actions whose requests contain all entries in a single list. The keys have the form
 * `service:action`. The error codes come from the API reference of each service.
 */
export const BATCH_LISTS: Record<string, PartialAction> = {
  'kinesis:PutRecords': parallelBatch({
    list: 'Records',
    answers: 'Records',
    failed_count: 'FailedRecordCount',
    code: 'ProvisionedThroughputExceededException',
    message: 'Rate exceeded for shard.',
    failureOf: listedFailure,
  }),
  'firehose:PutRecordBatch': parallelBatch({
    list: 'Records',
    answers: 'RequestResponses',
    failed_count: 'FailedPutCount',
    code: 'ServiceUnavailableException',
    message: 'Slow down.',
    failureOf: listedFailure,
  }),
  'dynamodb:BatchExecuteStatement': parallelBatch({
    list: 'Statements',
    answers: 'Responses',
    code: 'ProvisionedThroughputExceeded',
    message: 'The level of configured provisioned throughput for the table was exceeded.',
    failureOf: ({ code, message }) => ({ Error: { Code: code, Message: message } }),
  }),
  'comprehend:BatchDetectSentiment': indexedBatch(),
  'comprehend:BatchDetectDominantLanguage': indexedBatch(),
};

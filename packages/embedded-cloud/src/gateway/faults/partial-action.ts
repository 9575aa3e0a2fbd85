import type { JsonObject } from '../json-protocol.ts';

/** Describes how the service's answer reports the failure of one entry of a batch. */
export interface EntryFailure {
  code: string;
  message: string;
  /** True if the answer omits the entry instead of reporting a failure. */
  missing: boolean;
}

/**
 * Describes a batch action in which some entries can fail while the others succeed. The functions
 * remove the failing entries from the request, and report these entries as failed in the answer.
 */
export interface PartialAction {
  /** Error code of a failed entry if the fault rule sets no code. */
  code: string;
  message: string;
  /** Returns the number of entries of a request. */
  size(input: JsonObject): number;
  /** Returns the request with only the entries at the positions in `kept`. */
  keep(input: JsonObject, kept: number[]): JsonObject;
  /** The answer to a request from which all entries were removed. */
  nothing: JsonObject;
  /**
   * Returns the service's answer for the kept entries, and adds the failures of the rejected
   * entries.
   */
  merge(output: JsonObject, split: Split, failure: EntryFailure, input: JsonObject): JsonObject;
}

/**
 * The positions of a batch's entries. Each position is either in `kept` or in `rejected`, and each
 * list is in ascending order.
 */
export interface Split {
  kept: number[];
  rejected: number[];
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

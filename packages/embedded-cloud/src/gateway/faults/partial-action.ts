import type { JsonObject } from '../json-protocol.ts';

/** The failure of one entry in the service's answer. */
export interface EntryFailure {
  code: string;
  message: string;
  /** The answer does not mention the entry at all. */
  missing: boolean;
}

/** Takes entries out of a batch request, and reports them as failed in the answer. */
export interface PartialAction {
  /** The error code of a failed entry, unless the rule gives one. */
  code: string;
  message: string;
  /** The number of entries of the request. */
  size(input: JsonObject): number;
  /** The request with only the entries at these positions. */
  keep(input: JsonObject, kept: number[]): JsonObject;
  /** The answer to a request without any entries left. */
  nothing: JsonObject;
  /** The answer to the kept entries, with failures inserted at the positions of the rejected ones. */
  merge(output: JsonObject, split: Split, failure: EntryFailure, input: JsonObject): JsonObject;
}

/** The positions of a batch's entries in order: each is either kept or rejected. */
export interface Split {
  kept: number[];
  rejected: number[];
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

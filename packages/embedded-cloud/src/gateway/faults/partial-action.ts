import type { JsonObject } from '../json-protocol.ts';

/** Why an entry failed, as the service says it. */
export interface EntryFailure {
  code: string;
  message: string;
  /** The service says nothing of the entry at all. */
  missing: boolean;
}

/** How the entries of one batch action are taken out of a request, and reported as failed in its answer. */
export interface PartialAction {
  /** What an entry's failure is called where the rule gives no code. */
  code: string;
  message: string;
  /** How many entries the request has. */
  size(input: JsonObject): number;
  /** The request with the entries at these positions only. */
  keep(input: JsonObject, kept: number[]): JsonObject;
  /** The service's answer to a request of which nothing is left. */
  nothing: JsonObject;
  /** The answer to the kept entries, with the rejected ones put in at their positions. */
  merge(output: JsonObject, split: Split, failure: EntryFailure, input: JsonObject): JsonObject;
}

/** The positions of a batch's entries, each on one side, in order. */
export interface Split {
  kept: number[];
  rejected: number[];
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

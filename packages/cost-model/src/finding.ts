/** A line of the plan's output. */
export type PlanPart =
  | 'stream'
  | 'consumer'
  | 'ledger'
  | 'comprehend'
  | 'quota'
  | 'privacy'
  | 'tables'
  | 'sources'
  | 'lake'
  | 'api'
  | 'availability';

/** A part of a plan that cannot work as the load and the settings are. */
export interface Finding {
  part: PlanPart;
  why: string;
  /** A setting or a load that would work. */
  instead: string;
}

/** A change without which the plan works, but takes longer to start or costs more. */
export interface Proposal {
  part: PlanPart;
  what: string;
}

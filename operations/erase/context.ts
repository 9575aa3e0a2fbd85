import type { ErasedStore, ErasureState, Selection, Selector } from '../../schemas/index.ts';
import type { RestoreKey } from '../restore.ts';
import type {
  ErasableHistory,
  ErasableJobs,
  ErasableLake,
  ErasableObjects,
  ErasureStates,
  LakeLog,
  SelectedRows,
  WaitFor,
} from './ports.ts';

export interface EraseDeps {
  states: ErasureStates;
  rows: SelectedRows;
  log: LakeLog;
  lake: ErasableLake;
  history: ErasableHistory;
  jobs: ErasableJobs;
  /** The bucket of set-asides. */
  set_asides: ErasableObjects;
  /** The bucket of failed batches. */
  failures: ErasableObjects;
  /** The bucket with inputs of jobs and long texts. */
  inputs: ErasableObjects;
  /** The lake's bucket. */
  lake_objects: ErasableObjects;
  /** The secret of the deployment, which signs what operators put back, and reports. */
  restoreKey: RestoreKey;
  waitFor: WaitFor;
  /** Says when what remains is gone. */
  remains: (completed_at: number) => { where: string; until: string }[];
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  onProgress?: (state: ErasureState) => void;
  /** Ends the erasure after the page in hand. The next run goes on there. */
  isTimeUp?: () => boolean;
}

/** The error for an erasure that has stopped before its end. Another run of it goes on. */
export class ErasureStopped extends Error {
  override name = 'ErasureStopped';
  /** Whether the erasure waits for something, so that another run at once would stop too. */
  readonly waits: boolean;
  constructor(message: string, { waits }: { waits: boolean }) {
    super(message);
    this.waits = waits;
  }
}

/** The work of one run: the step does a page, counts it and stores how far it is. */
export interface StepContext {
  deps: EraseDeps;
  selector: Selector;
  /** The selector, with the stamp of the withdrawals. Records that are accepted later stay. */
  selection: Selection;
  state: ErasureState;
  /** Adds to the count of a store. */
  count(store: ErasedStore, added: number): void;
  /**
   * Stores that everything up to a place of the step is done.
   *
   * @throws {ErasureStopped} if the time is up.
   */
  reach(after: string): Promise<void>;
}

export type Step = (context: StepContext) => Promise<void>;

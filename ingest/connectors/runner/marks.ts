import { ServiceError } from '../../../schemas/index.ts';
import { LeaseLost } from '../errors.ts';
import type { Checkpoint, CheckpointStore } from '../ports.ts';
import type { ConnectorEvent, ConnectorStats } from '../stats.ts';
import type { SettledMark } from './publish-decisions.ts';

export interface MarksDeps {
  connector: string;
  owner: string;
  checkpoints: CheckpointStore;
  stats: ConnectorStats;
  tell: (event: ConnectorEvent) => void;
  now: () => number;
  /** Waits, and rejects when the signal is aborted. */
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Time between two looks at what is to save, and length of a lease. */
const SAVE_EVERY_MS = 1_000;
const LEASE_MS = 30_000;
const RENEW_AFTER_MS = 10_000;
const TAKE_EVERY_MS = 5_000;

/**
 * Holds the lease of a connector and saves its mark, at most once a second and one save at a time. A
 * save that fails is tried again at the next turn, until the lease has ended.
 */
export class Marks {
  readonly #deps: MarksDeps;
  readonly #stopping = new AbortController();
  /** Aborted when the runner has to stop: with a {@link LeaseLost}, or because it is paused. */
  #halt = new AbortController();
  #saved: Checkpoint;
  #unsaved: SettledMark | undefined;
  #until = 0;
  #saving: Promise<void> | undefined;
  #loop: Promise<void> | undefined;

  private constructor(deps: MarksDeps, saved: Checkpoint, until: number) {
    this.#deps = deps;
    this.#saved = saved;
    this.#until = until;
  }

  /** Takes the lease. While another process has it, waits and tries again. */
  static async open(deps: MarksDeps, signal: AbortSignal): Promise<Marks> {
    for (let is_first = true; ; is_first = false) {
      const until = deps.now() + LEASE_MS;
      const saved = await deps.checkpoints.take(deps.connector, { owner: deps.owner, until });
      if (saved !== undefined) return new Marks(deps, saved, until).#start();
      if (is_first) deps.tell({ kind: 'waiting_for_lease' });
      await deps.pause(TAKE_EVERY_MS, signal);
    }
  }

  /** The mark from which the source goes on. */
  get cursor(): unknown {
    return this.#unsaved?.cursor ?? this.#saved.cursor;
  }

  get is_paused(): boolean {
    return this.#saved.is_paused;
  }

  /** Aborted when the runner has to stop reading: it has lost the lease, or is paused. */
  get signal(): AbortSignal {
    return this.#halt.signal;
  }

  advance(mark: SettledMark): void {
    this.#unsaved = mark;
    this.#deps.stats.noteMark();
  }

  /** Saves the mark, if it has moved since the last save. */
  async flush(): Promise<void> {
    await this.#saving;
    if (this.#unsaved !== undefined) await this.#save();
  }

  /** Waits until the connector is resumed. */
  async waitWhilePaused(signal: AbortSignal): Promise<void> {
    if (!this.is_paused) return;
    this.#deps.tell({ kind: 'paused' });
    while (this.is_paused) await this.#deps.pause(SAVE_EVERY_MS, signal);
    this.#halt = new AbortController();
  }

  /** Saves the mark and gives the lease back. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    try {
      await this.flush();
    } finally {
      const { connector, owner, checkpoints } = this.#deps;
      await checkpoints.release(connector, owner);
    }
  }

  #start(): this {
    if (this.is_paused) this.#halt.abort();
    this.#loop = this.#saveRegularly().catch(() => undefined);
    return this;
  }

  /** Ends, by a rejection of the pause, when the marks are closed. */
  async #saveRegularly(): Promise<void> {
    for (;;) {
      await this.#deps.pause(SAVE_EVERY_MS, this.#stopping.signal);
      const is_due = this.#until - LEASE_MS + RENEW_AFTER_MS <= this.#deps.now() || this.is_paused;
      if (this.#unsaved === undefined && !is_due) continue;
      this.#saving = this.#save().catch((error) => this.#noteFailure(error));
      await this.#saving;
    }
  }

  async #save(): Promise<void> {
    const { connector, owner, checkpoints, now } = this.#deps;
    const mark = this.#unsaved;
    const until = now() + LEASE_MS;
    const state = await checkpoints.save(connector, { owner, until }, mark);
    if (state === undefined) {
      const lost = new LeaseLost();
      this.#halt.abort(lost);
      throw lost;
    }
    this.#until = until;
    this.#saved = { ...(mark === undefined ? this.#saved : mark), is_paused: state.is_paused };
    // A newer mark may have come while this one was being saved.
    if (this.#unsaved === mark) this.#unsaved = undefined;
    if (state.is_paused) this.#halt.abort();
  }

  #noteFailure(error: unknown): void {
    if (error instanceof LeaseLost) return;
    this.#deps.tell({
      kind: 'save_failed',
      code: error instanceof ServiceError ? error.code : 'Unknown',
    });
    if (this.#deps.now() >= this.#until) this.#halt.abort(new LeaseLost());
  }
}

import type { SourceEvent } from './source.ts';

/** An event of a running connector. Events hold no text and no secret. */
export type ConnectorEvent =
  | SourceEvent
  /** The source is opened again after `wait_ms`. */
  | { kind: 'reconnect'; reason: string; wait_ms: number }
  /** The stream refuses a record, because its mapping is wrong. */
  | { kind: 'refused'; record_id: string; paths: string[] }
  /** Another process has the lease, and this one waits for it. */
  | { kind: 'waiting_for_lease' }
  | { kind: 'paused' }
  /** The service could not be asked again for what was published. The next sweep asks for the same. */
  | { kind: 'sweep_failed'; reason: string }
  /** A mark could not be saved, and is saved later. */
  | { kind: 'save_failed'; code: string };

/** Counts of a connector since the start of its process. */
export interface ConnectorCounts {
  /** Emissions of the source, with and without a record. */
  events: number;
  published: number;
  withdrawn: number;
  refused: number;
  /** Records that the filter has kept back, and withdrawals of records that were never published. */
  filtered: number;
  /** Messages that the source could not read or does not map. */
  skipped: number;
  reconnects: number;
  limited: number;
  gaps: number;
  /** Total length of the gaps whose length is known. */
  gap_seconds: number;
}

const NO_COUNTS: ConnectorCounts = {
  ...{ events: 0, published: 0, withdrawn: 0, refused: 0, filtered: 0, skipped: 0 },
  ...{ reconnects: 0, limited: 0, gaps: 0, gap_seconds: 0 },
};

/** Counts what a connector does, and knows how far it is behind. */
export class ConnectorStats {
  readonly counts: ConnectorCounts = { ...NO_COUNTS };
  /** Counts of `filtered` and `skipped` by their reasons. */
  readonly reasons = new Map<string, number>();
  /** Time of the newest event that the source has yielded, in epoch milliseconds. */
  newest_at: number | undefined;
  /** When the last event came, and when the mark moved last, in epoch milliseconds. */
  #event_at: number | undefined;
  #mark_at: number | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts an emission. @param at time of the event by the clock of the source */
  noteEmission(at: number | undefined): void {
    this.counts.events += 1;
    this.#event_at = this.#now();
    if (at !== undefined && at > (this.newest_at ?? 0)) this.newest_at = at;
  }

  noteMark(): void {
    this.#mark_at = this.#now();
  }

  noteFiltered(reason: string): void {
    this.counts.filtered += 1;
    this.#count(reason);
  }

  noteEvent(event: ConnectorEvent): void {
    const { counts } = this;
    if (event.kind === 'reconnect') counts.reconnects += 1;
    else if (event.kind === 'refused') counts.refused += 1;
    else if (event.kind === 'limited') counts.limited += 1;
    else if (event.kind === 'skipped') {
      counts.skipped += 1;
      this.#count(event.reason);
    } else if (event.kind === 'gap') {
      counts.gaps += 1;
      counts.gap_seconds += event.seconds ?? 0;
    }
  }

  /** Returns the ages in milliseconds. An age is undefined before its first event. */
  readAges(): { lag_ms?: number; event_age_ms?: number; mark_age_ms?: number } {
    const now = this.#now();
    const age = (at: number | undefined) => (at === undefined ? undefined : Math.max(0, now - at));
    const ages = {
      lag_ms: age(this.newest_at),
      event_age_ms: age(this.#event_at),
      mark_age_ms: age(this.#mark_at),
    };
    return Object.fromEntries(Object.entries(ages).filter(([, value]) => value !== undefined));
  }

  #count(reason: string): void {
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }
}

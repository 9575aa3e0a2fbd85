import type { ConnectorStats } from '../../ingest/connectors/stats.ts';
import type { StatsResponse } from '../../schemas/index.ts';

type Sentiments = StatsResponse['by_sentiment'];

/** Describes a running connector in one line: its rate, its counts, its lag, and the last sentiments. */
export class LiveLine {
  readonly #name: string;
  readonly #stats: ConnectorStats;
  readonly #now: () => number;
  #events_before = 0;
  #looked_at: number;
  /** Sentiments of the records of the last minute, where the API has them. */
  sentiments: Sentiments | undefined;

  constructor(name: string, stats: ConnectorStats, now: () => number) {
    this.#name = name;
    this.#stats = stats;
    this.#now = now;
    this.#looked_at = now();
  }

  /** Returns the line for the time since the last call. */
  describe(): string {
    const { counts } = this.#stats;
    const seconds = Math.max(0.001, (this.#now() - this.#looked_at) / 1_000);
    const rate = (counts.events - this.#events_before) / seconds;
    this.#events_before = counts.events;
    this.#looked_at = this.#now();
    const { lag_ms } = this.#stats.readAges();
    const parts = [
      `${this.#name}: ${rate.toFixed(1)} events/s`,
      `${counts.published} kept`,
      `${counts.withdrawn} withdrawn`,
      `${counts.filtered} filtered`,
      ...(lag_ms === undefined ? [] : [`lag ${(lag_ms / 1_000).toFixed(1)} s`]),
      ...(counts.gaps === 0 ? [] : [`${counts.gaps} gaps`]),
      ...(counts.reconnects === 0 ? [] : [`${counts.reconnects} reconnects`]),
      ...(this.sentiments === undefined ? [] : [describeSentiments(this.sentiments)]),
    ];
    return parts.join(', ');
  }
}

function describeSentiments({ POSITIVE, NEGATIVE, NEUTRAL, MIXED }: Sentiments): string {
  const total = POSITIVE + NEGATIVE + NEUTRAL + MIXED;
  if (total === 0) return 'no verdicts in the last minute';
  const share = (count: number) => `${Math.round((100 * count) / total)} %`;
  return `last minute ${share(POSITIVE)} positive, ${share(NEGATIVE)} negative`;
}

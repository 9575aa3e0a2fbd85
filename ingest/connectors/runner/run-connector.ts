import { backoffDelay } from '../../../lib/backoff.ts';
import { describeSafely } from '../../../lib/safe-error.ts';
import type { RecordInput } from '../../../schemas/index.ts';
import type { PublishOutcome } from '../../publisher/outcome.ts';
import type { Emission, SourceRecord } from '../emission.ts';
import { LeaseLost, PublishingFailed, SourceBusy, SourceRefusal } from '../errors.ts';
import { createFilter, type Filter } from '../filter.ts';
import type { CheckpointStore, Ledger } from '../ports.ts';
import type { BoundSource, SourceContext } from '../source.ts';
import type { ConnectorEvent, ConnectorStats } from '../stats.ts';
import { decide } from './decide.ts';
import { drainUntil } from './drain.ts';
import { gatherBatches } from './gather-batches.ts';
import { Marks } from './marks.ts';
import { publishDecisions, type SettledMark } from './publish-decisions.ts';
import { sweepLedger } from './sweep.ts';

/** A connector: a source with the user's settings for it. */
export interface Connector {
  /** Key of the checkpoint and of the ledger. */
  name: string;
  source: BoundSource;
  filter: Filter;
  /** `source` and `tenant` of the records. */
  record_source: string;
  tenant?: string | undefined;
  /** Time between two rounds of a poll. Undefined for a stream. */
  every_ms?: number | undefined;
  /** Whether a poll ends after one round. */
  once?: boolean | undefined;
}

export interface ConnectorDeps {
  /** Publishes with unlimited attempts, so that back-pressure holds the source. */
  publish: (record: RecordInput) => Promise<PublishOutcome>;
  checkpoints: CheckpointStore;
  ledger: Ledger;
  stats: ConnectorStats;
  /** Name of this process, for the lease. */
  owner: string;
  onEvent: (event: ConnectorEvent) => void;
  /** Ends the connector: it stops reading, waits up to 20 seconds for outcomes, and saves its mark. */
  signal: AbortSignal;
  now: () => number;
  /** Waits, and rejects with the reason of the signal when the signal is aborted. */
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  fetch: SourceContext['fetch'];
  readSecret: SourceContext['readSecret'];
}

const MAX_IN_FLIGHT = 2_000;
const MAX_WAITING_EVENTS = 500;
const DRAIN_MS = 20_000;
const BACKOFF = { first_ms: 500, longest_ms: 60_000 };

/**
 * Runs a connector until the signal is aborted, or until a poll has made its one round. An error of
 * the source makes it open the source again from the last settled mark, with full jitter.
 *
 * @throws {SourceRefusal} if the source needs an operator.
 * @throws {PublishingFailed} if the stream refuses records for a reason that stays.
 * @throws {LeaseLost} if another process has taken the connector over.
 */
export async function runConnector(connector: Connector, deps: ConnectorDeps): Promise<void> {
  const { checkpoints, stats, owner, now, pause, signal } = deps;
  const tell = (event: ConnectorEvent) => {
    stats.noteEvent(event);
    deps.onEvent(event);
  };
  const marks_deps = { connector: connector.name, checkpoints, stats, owner, tell, now, pause };
  const marks = await ignoreAbort(signal, () => Marks.open(marks_deps, signal));
  if (marks === undefined) return;
  const ended = new AbortController();
  const run_deps = { ...deps, marks, tell };
  const sweeping = runSweeps(connector, {
    ...run_deps,
    signal: AbortSignal.any([signal, ended.signal]),
  });
  try {
    await ignoreAbort(signal, () => runRounds(connector, run_deps));
  } finally {
    ended.abort();
    await sweeping;
    await marks.close();
  }
}

interface RunDeps extends ConnectorDeps {
  marks: Marks;
  tell: (event: ConnectorEvent) => void;
}

async function runRounds(connector: Connector, deps: RunDeps): Promise<void> {
  const { marks, signal, pause } = deps;
  for (let failures = 0; !signal.aborted; ) {
    await marks.waitWhilePaused(signal);
    const mark_before = marks.cursor;
    try {
      await runRound(connector, deps);
      failures = 0;
      if (connector.once) return;
      if (connector.every_ms !== undefined) await pause(connector.every_ms, signal);
      else if (!marks.is_paused && !signal.aborted)
        throw new Error('the source has ended its stream');
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      failures = marks.cursor === mark_before ? failures + 1 : 1;
      await waitForReconnect(error, failures, deps);
    }
  }
}

/** Opens the source once, and returns when all that it has yielded is settled. */
async function runRound(connector: Connector, deps: RunDeps): Promise<void> {
  const { marks } = deps;
  const round = new AbortController();
  const signal = AbortSignal.any([deps.signal, marks.signal, round.signal]);
  const emissions = connector.source.open(createContext(marks.cursor, { ...deps, signal }));
  const settled = settle(emissions, connector, { ...deps, signal });
  try {
    await drainUntil(signal, DRAIN_MS, async () => {
      for await (const mark of settled) marks.advance(mark);
    });
  } finally {
    // Ends what the source has left open: a socket, a request, a timer.
    round.abort();
  }
  if (marks.signal.reason instanceof LeaseLost) throw marks.signal.reason;
}

/** Sweeps at the pace of the source. A sweep that fails is repeated at its next time. */
async function runSweeps(connector: Connector, deps: RunDeps): Promise<void> {
  const { sweep } = connector.source;
  const { signal, pause, ledger, tell } = deps;
  if (sweep === undefined || connector.once) return;
  while (!signal.aborted) {
    try {
      await pause(sweep.every_ms, signal);
      const emissions = sweepLedger({ sweep, ledger, context: createContext(undefined, deps) });
      await drainUntil(signal, DRAIN_MS, async () => {
        // A sweep has no marks: it asks for everything each time.
        await settle(emissions, connector, deps).next();
      });
    } catch (error) {
      if (!signal.aborted) tell({ kind: 'sweep_failed', reason: nameReason(error) });
    }
  }
}

function createContext(cursor: unknown, deps: RunDeps): SourceContext {
  const { signal, ledger, now, tell, pause, fetch, readSecret } = deps;
  return {
    ...{ cursor, signal, now, fetch, readSecret, ledger, tell },
    pause: (milliseconds) => pause(milliseconds, signal),
  };
}

/** Decides on emissions and publishes them. Yields the marks behind which everything is settled. */
function settle(
  emissions: AsyncIterable<Emission>,
  connector: Connector,
  { signal, ledger, stats, now, tell, ...deps }: RunDeps,
): AsyncGenerator<SettledMark, void, undefined> {
  const { record_source: source, tenant, filter } = connector;
  const publish = (record: SourceRecord) =>
    deps.publish({ ...record, source, ...(tenant === undefined ? {} : { tenant }) });
  const batches = gatherBatches(emissions, { max_items: MAX_WAITING_EVENTS, signal });
  const decisions = decide(batches, { ledger, stats, now, findReason: createFilter(filter) });
  return publishDecisions(decisions, { publish, stats, tell, max_in_flight: MAX_IN_FLIGHT });
}

function isFinal(error: unknown): boolean {
  return (
    error instanceof SourceRefusal ||
    error instanceof PublishingFailed ||
    error instanceof LeaseLost
  );
}

async function waitForReconnect(
  error: unknown,
  failures: number,
  { tell, pause, random, signal }: RunDeps,
): Promise<void> {
  // Jitter stays on top of the wait that a service asks for, so that not all clients come back at once.
  const asked_ms = error instanceof SourceBusy ? (error.wait_ms ?? 0) : 0;
  if (error instanceof SourceBusy) tell({ kind: 'limited', seconds: asked_ms / 1_000 });
  const wait_ms = Math.round(asked_ms + backoffDelay(failures, { ...BACKOFF, random }));
  tell({ kind: 'reconnect', reason: nameReason(error), wait_ms });
  await pause(wait_ms, signal);
}

/** A message of an error may quote a text or an address with a token, so only its name is reported. */
function nameReason(error: unknown): string {
  return describeSafely(error).error_name;
}

/** Returns undefined if the work fails because the signal is aborted. */
async function ignoreAbort<Value>(
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

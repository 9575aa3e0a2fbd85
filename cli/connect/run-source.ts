import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { SourceRefusal } from '../../ingest/connectors/errors.ts';
import { createSourceFetch } from '../../ingest/connectors/http/fetch.ts';
import { type Connector, runConnector } from '../../ingest/connectors/runner/run-connector.ts';
import type { ConnectorEvent, ConnectorStats } from '../../ingest/connectors/stats.ts';
import type { Publisher } from '../../ingest/index.ts';
import { sleep } from '../../lib/sleep.ts';
import { Advice } from '../errors.ts';
import { readVersion } from '../version.ts';
import { createSecretReader } from './secrets.ts';
import type { ConnectorState } from './state.ts';

export interface RunSourceOptions {
  connector: Connector;
  /** Name of the source, which is part of the names of its secrets. */
  source_name: string;
  publish: Publisher['publish'];
  state: ConnectorState;
  stats: ConnectorStats;
  onEvent: (event: ConnectorEvent) => void;
  signal: AbortSignal;
}

/** Names this product and where to read about it, as services ask for. */
export const USER_AGENT = `aurastream/${readVersion()} (+https://www.npmjs.com/package/aurastream)`;

/**
 * Runs a connector of this machine until the signal is aborted.
 *
 * @throws {Advice} if the source needs an operator.
 */
export async function runSource(options: RunSourceOptions): Promise<void> {
  const { connector, source_name, publish, state, stats, onEvent, signal } = options;
  try {
    await runConnector(connector, {
      ...{ publish, stats, onEvent, signal, now: Date.now, random: Math.random },
      checkpoints: state.checkpoints,
      ledger: await state.openLedger(connector.name),
      owner: `${hostname()}:${process.pid}:${randomUUID()}`,
      pause: (milliseconds, stop) => sleep(milliseconds, stop),
      fetch: createSourceFetch({ user_agent: USER_AGENT, signal, now: Date.now }),
      readSecret: createSecretReader(source_name),
    });
  } catch (error) {
    throw toAdvice(error);
  }
}

/** Returns the advice of a refusal, and any other error as it is. */
export function toAdvice(error: unknown): unknown {
  return error instanceof SourceRefusal
    ? new Advice(error.message, error.advice, { cause: error })
    : error;
}

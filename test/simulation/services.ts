import type { Result, SetAside, Verdict } from '../../schemas/index.ts';
import { createFakeAnalyzer } from '../fakes/analyzer.ts';
import type { Network } from '../fakes/network.ts';
import { createFakeResultsTable, createFakeSetAsides, createFakeStore } from '../fakes/stores.ts';
import { createFakeCache } from '../fakes/verdict-cache.ts';
import type { Service } from './faults.ts';
import { verdictOf } from './oracle.ts';
import type { Environment, World } from './world.ts';

/** Contents of the services of a simulated world. */
export interface Stored {
  rows: Map<string, Result>;
  /** Number of lines in the lake for each version of a record. */
  lines: Map<string, number>;
  set_asides: Map<string, SetAside>;
  verdicts: Map<string, Verdict>;
}

export interface Watch {
  /** Called when a row is written. `before` is the row that the new row replaces. */
  onRow(result: Result, before: Result | undefined): void;
}

export function createStored(): Stored {
  return { rows: new Map(), lines: new Map(), set_asides: new Map(), verdicts: new Map() };
}

/**
 * Creates the services for one environment. Each environment has its own network faults, but all
 * environments share the contents of the services.
 */
export function createServices(
  world: World,
  stored: Stored,
  watch: Watch,
  environment: Environment,
) {
  const networkTo = (service: Service): Network => ({
    call: (action, effect) => world.call(environment, service, action, effect),
    failsAlone: () => world.failsAlone(service),
  });
  return {
    analyzer: createAnalyzer(networkTo('comprehend')),
    cache: createCache(stored, networkTo('cache')),
    results_table: createFakeResultsTable({
      rows: stored.rows,
      network: networkTo('results_table'),
      onRow: watch.onRow,
    }),
    lake: createFakeStore<Result>({
      entries_per_call: 500,
      network: networkTo('lake'),
      keep(result) {
        const key = versionKey(result);
        stored.lines.set(key, (stored.lines.get(key) ?? 0) + 1);
      },
    }),
    set_asides: createFakeSetAsides({
      objects: stored.set_asides,
      network: networkTo('set_asides'),
    }),
  };
}

function createAnalyzer(network: Network) {
  const { analyzer } = createFakeAnalyzer({
    name: 'simulated',
    supports: (language_code) => language_code !== 'is',
    network,
    score(document) {
      const verdict = verdictOf(document);
      if (verdict === undefined)
        throw new Error('The analyzer got a document that is not part of the workload');
      return { ok: true, ...verdict };
    },
  });
  return analyzer;
}

/**
 * Creates a verdict cache that throws if the consumer asks for the same fingerprint twice in one
 * call.
 */
function createCache(stored: Stored, network: Network) {
  const cache = createFakeCache({ rows: stored.verdicts, network });
  return {
    ...cache,
    get(fingerprints: string[]) {
      if (new Set(fingerprints).size !== fingerprints.length)
        throw new Error('The consumer asked for the same fingerprint twice in one call');
      return cache.get(fingerprints);
    },
  };
}

export function versionKey(of: {
  tenant: string;
  record_id: string;
  record_version: number;
}): string {
  return `${of.tenant}#${of.record_id}#${of.record_version}`;
}

import { createResultsTable } from '../../aws/dynamodb/results/table.ts';
import { createLake } from '../../aws/firehose/lake.ts';
import type { VerdictCache } from '../../processors/analysis/ports.ts';
import type { Result, SetAside, Verdict } from '../../schemas/index.ts';
import { createFakeAnalyzer } from '../fakes/analyzer.ts';
import type { Network } from '../fakes/network.ts';
import { createFakeSetAsides } from '../fakes/stores.ts';
import { createFakeCache } from '../fakes/verdict-cache.ts';
import type { Row } from './checks/results.ts';
import { createTableClient, fieldsOf, type TableContents } from './dynamodb.ts';
import type { Service } from './faults.ts';
import { createFirehoseClient } from './firehose.ts';
import { isRefused, opinionOn } from './oracle.ts';
import type { Environment, World } from './world.ts';

/** A line of the lake, with the time at which Firehose delivered the line. */
interface LakeLine {
  result: Result;
  delivered_at: number;
}

/** Contents of the services of a simulated world. */
export interface Stored {
  table: TableContents;
  lines: LakeLine[];
  set_asides: Map<string, SetAside>;
  verdicts: Map<string, Verdict>;
  /** Expiry time of each cached verdict, in epoch milliseconds. */
  verdicts_expire_at: Map<string, number>;
  /** Texts on S3, by tenant and SHA-256. */
  texts: Map<string, string>;
}

export interface Watch {
  /** Called when a row is written. `before` is the row that the new row replaces. */
  onRow(row: Row, before: Row | undefined): void;
  onLine(result: Result): void;
  onSetAside(set_aside: SetAside): void;
}

export function createStored(): Stored {
  return {
    table: { items: new Map(), before: new Map() },
    lines: [],
    set_asides: new Map(),
    verdicts: new Map(),
    verdicts_expire_at: new Map(),
    texts: new Map(),
  };
}

/** Returns the connection of an environment to a service. */
function networkOf(world: World, environment: Environment, service: Service): Network {
  return {
    call: (action, effect) => world.call(environment, service, action, effect),
    failsAlone: () => world.failsAlone(service),
  };
}

/** Name under which the results carry the analyzer of the simulation. */
export const ANALYZER = 'simulated';

const RESULTS_TTL_SECONDS = 90 * 86_400;

/**
 * Creates the services for one environment. Each environment has its own network faults, but all
 * environments share the contents of the services. The results table and the lake are the product's
 * own adapters, with modelled clients.
 */
export function createServices(
  world: World,
  stored: Stored,
  watch: Watch,
  environment: Environment,
) {
  const to = (service: Service) => networkOf(world, environment, service);
  const random = world.random.fork();
  const pause = (attempt: number) =>
    world.scheduler.sleep(random.between(0, 50 * 2 ** attempt), 'entries again');
  const now = world.clockOf(environment);
  return {
    analyzer: createAnalyzer(to('comprehend'), world.analyzerVersion()),
    cache: createCache(world, stored, to('cache')),
    results_table: createResultsTable({
      client: createTableClient({
        key_name: 'record_key',
        contents: stored.table,
        network: to('results_table'),
        random,
        onWrite: (item, before) =>
          watch.onRow(rowOf(item), before === undefined ? undefined : rowOf(before)),
      }),
      table_name: 'results',
      ttl_seconds: RESULTS_TTL_SECONDS,
      now,
      pause,
    }),
    lake: createLake({
      client: createFirehoseClient(to('lake'), (line) => {
        const result = JSON.parse(line) as Result;
        watch.onLine(result);
        stored.lines.push({ result, delivered_at: world.scheduler.now() });
      }),
      delivery_stream: 'lake',
      pause,
    }),
    set_asides: createFakeSetAsides({
      objects: stored.set_asides,
      network: to('set_asides'),
      onPut: watch.onSetAside,
    }),
    claims: {
      get: (tenant: string, sha256: string) =>
        world.call(environment, 'claims', 'get', () => stored.texts.get(textKey(tenant, sha256))),
    },
    restoreKey: () => world.call(environment, 'secrets', 'get', () => RESTORE_KEY),
  };
}

type Item = Parameters<typeof fieldsOf>[0];

function rowOf(item: Item): Row {
  return {
    tenant: item.tenant?.S ?? '',
    source: item.source?.S ?? '',
    record_id: item.record_id?.S ?? '',
    record_version: item.record_version && Number(item.record_version.N),
    is_version_given: item.is_version_given?.BOOL ?? false,
    stamp: Number(item.stamp?.N),
    place: item.place?.S ?? '',
    revision: Number(item.revision?.N),
    analysis_run: Number(item.analysis_run?.N ?? 0),
    status: item.status?.S ?? '',
    created_at: item.created_at?.S ?? '',
    first_created_at: item.first_created_at?.S,
    job_id: item.job_id?.S,
    analyzer_version: item.analyzer?.M?.version?.S,
    read: () => resultOf(item),
  };
}

/** Converts an item of the results table to a result. */
export function resultOf(item: Item): Result {
  return fieldsOf(item) as unknown as Result;
}

export const RESTORE_KEY = 'the key of operators';

export function textKey(tenant: string, sha256: string): string {
  return `${tenant}/${sha256}`;
}

function createAnalyzer(network: Network, version: string) {
  const { analyzer } = createFakeAnalyzer({
    name: ANALYZER,
    version,
    supports: (language_code) => language_code !== 'is',
    network,
    score(document, language_code) {
      if (isRefused(document)) {
        const code = 'InvalidRequestException';
        return { ok: false, code, retryable: false, throttled: false, refused: true };
      }
      const opinion = opinionOn({ text: document, language_code, analyzer_version: version });
      if (opinion === undefined)
        throw new Error('The analyzer got a document that is not part of the workload');
      return { ok: true, ...opinion };
    },
  });
  return {
    ...analyzer,
    detectSentiment: (documents: string[], ...rest: [string]) => {
      if (new Set(documents).size !== documents.length)
        throw new Error('The consumer sent the same document twice in one call');
      return analyzer.detectSentiment(documents, ...rest);
    },
  };
}

/**
 * Creates a verdict cache whose verdicts expire. The cache throws if the consumer asks for the same
 * fingerprint twice in one call.
 */
function createCache(world: World, stored: Stored, network: Network): VerdictCache {
  const cache = createFakeCache({ rows: stored.verdicts, network });
  const { verdicts_expire_at } = stored;
  return {
    get(fingerprints) {
      if (new Set(fingerprints).size !== fingerprints.length)
        throw new Error('The consumer asked for the same fingerprint twice in one call');
      for (const key of fingerprints) {
        const expires_at = verdicts_expire_at.get(key);
        if (expires_at !== undefined && expires_at <= world.scheduler.now()) {
          stored.verdicts.delete(key);
          verdicts_expire_at.delete(key);
        }
      }
      return cache.get(fingerprints);
    },
    put(verdicts) {
      const expires_at = world.scheduler.now() + world.cache_ttl_ms;
      for (const key of verdicts.keys()) verdicts_expire_at.set(key, expires_at);
      return cache.put(verdicts);
    },
  };
}

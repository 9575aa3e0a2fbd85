import type { Analyzer, DocumentOutcome, VerdictCache } from '../../processors/analysis/ports.ts';
import type { Lake, PutFailure, ResultsTable, SetAsides } from '../../processors/stream/ports.ts';
import { type Result, ServiceError, type SetAside, type Verdict } from '../../schemas/index.ts';
import type { Service } from './faults.ts';
import { verdictOf } from './oracle.ts';
import type { Environment, World } from './world.ts';

/** What the services of a world hold. */
export interface Stored {
  rows: Map<string, Result>;
  /** Lines of the lake by record and version, and how many of each. */
  lines: Map<string, number>;
  set_asides: Map<string, SetAside>;
  verdicts: Map<string, Verdict>;
  /** What the analyzer was asked: calls and documents. */
  analyzer: { calls: number; documents: number };
}

/** Told of what takes effect, when it does. */
export interface Watch {
  onRow(result: Result, before: Result | undefined): void;
}

export function createStored(): Stored {
  return {
    rows: new Map(),
    lines: new Map(),
    set_asides: new Map(),
    verdicts: new Map(),
    analyzer: { calls: 0, documents: 0 },
  };
}

/** The services as one environment reaches them. */
export function servicesOf(world: World, stored: Stored, watch: Watch, environment: Environment) {
  return {
    analyzer: analyzerOf(world, stored, environment),
    cache: cacheOf(world, stored, environment),
    results_table: resultsTableOf(world, stored, watch, environment),
    lake: lakeOf(world, stored, environment),
    set_asides: setAsidesOf(world, stored, environment),
  };
}

function analyzerOf(world: World, stored: Stored, environment: Environment): Analyzer {
  return {
    name: 'simulated',
    version: '1',
    max_documents: 25,
    max_document_bytes: 5_000,
    supports: (language_code) => language_code !== 'is',
    async detectSentiment(documents) {
      if (documents.length > 25) throw new Error('More than 25 documents in one call');
      stored.analyzer.calls += 1;
      stored.analyzer.documents += documents.length;
      const outcomes = await world.call(environment, 'comprehend', 'detect', () =>
        documents.map((document): DocumentOutcome => {
          if (Buffer.byteLength(document) > 5_000) throw new Error('A document over 5,000 bytes');
          if (world.failsAlone('comprehend')) {
            return {
              ok: false,
              code: 'InternalServerException',
              retryable: true,
              throttled: false,
            };
          }
          const verdict = verdictOf(document);
          if (verdict === undefined) throw new Error('A document that nobody made');
          return { ok: true, ...verdict };
        }),
      );
      return outcomes;
    },
  };
}

function cacheOf(world: World, stored: Stored, environment: Environment): VerdictCache {
  return {
    async get(fingerprints) {
      if (new Set(fingerprints).size !== fingerprints.length) throw new Error('Repeated keys');
      const found = new Map<string, Verdict>();
      try {
        await world.call(environment, 'cache', 'get', () => {
          for (const key of fingerprints) {
            const verdict = stored.verdicts.get(key);
            if (verdict !== undefined && !world.failsAlone('cache')) found.set(key, verdict);
          }
        });
        return { found, unreadable: 0 };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        // What was read before the failure may have come through.
        return { found, unreadable: 0, error };
      }
    },
    put: (verdicts) =>
      world.call(environment, 'cache', 'put', () => {
        for (const [key, verdict] of verdicts) {
          if (!world.failsAlone('cache')) stored.verdicts.set(key, verdict);
        }
      }),
  };
}

/** One row per record: a put is many writes, each atomic, in any order among those of others. */
function resultsTableOf(
  world: World,
  stored: Stored,
  watch: Watch,
  environment: Environment,
): ResultsTable {
  return storeOf(world, environment, 'results_table', 25, (result: Result) => {
    const key = `${result.tenant}#${result.record_id}`;
    const before = stored.rows.get(key);
    if (before !== undefined && before.record_version >= result.record_version) return;
    stored.rows.set(key, result);
    watch.onRow(result, before);
  });
}

function lakeOf(world: World, stored: Stored, environment: Environment): Lake {
  return storeOf(world, environment, 'lake', 500, (result: Result) => {
    const key = versionKey(result);
    stored.lines.set(key, (stored.lines.get(key) ?? 0) + 1);
  });
}

function setAsidesOf(world: World, stored: Stored, environment: Environment): SetAsides {
  return storeOf(world, environment, 'set_asides', 1, (set_aside: SetAside) => {
    stored.set_asides.set(set_aside.set_aside_id, set_aside);
  });
}

export function versionKey(of: {
  tenant: string;
  record_id: string;
  record_version: number;
}): string {
  return `${of.tenant}#${of.record_id}#${of.record_version}`;
}

function storeOf<Entry>(
  world: World,
  environment: Environment,
  service: Service,
  entries_per_call: number,
  keep: (entry: Entry) => void,
) {
  return {
    async put(entries: Entry[]): Promise<PutFailure[]> {
      const starts = Array.from(
        { length: Math.ceil(entries.length / entries_per_call) },
        (_, i) => i * entries_per_call,
      );
      const calls = await Promise.allSettled(
        starts.map((start) => {
          const call = entries.slice(start, start + entries_per_call);
          return putCall(world, environment, service, call, keep);
        }),
      );
      const thrown = calls.filter((call) => call.status === 'rejected');
      if (thrown.length === calls.length || thrown.some(({ reason }) => !isOfService(reason))) {
        throw thrown[0]!.reason;
      }
      return calls.flatMap((call, i) => {
        const start = starts[i]!;
        if (call.status === 'fulfilled') {
          return call.value.map((failure) => ({ ...failure, index: failure.index + start }));
        }
        const size = Math.min(entries_per_call, entries.length - start);
        return Array.from({ length: size }, (_, n) => failureAt(start + n, call.reason.code));
      });
    },
  };
}

async function putCall<Entry>(
  world: World,
  environment: Environment,
  service: Service,
  entries: Entry[],
  keep: (entry: Entry) => void,
): Promise<PutFailure[]> {
  return world.call(environment, service, 'put', () => {
    const failures: PutFailure[] = [];
    entries.forEach((entry, index) => {
      if (world.failsAlone(service)) failures.push(failureAt(index, 'InternalFailure'));
      else keep(entry);
    });
    return failures;
  });
}

function failureAt(index: number, code: string): PutFailure {
  return { index, code, retryable: true, throttled: false };
}

function isOfService(error: unknown): boolean {
  return error instanceof ServiceError;
}

import type { Random } from '../../support/random.ts';

/** A row of the results table, as far as the counts depend on it. */
export interface Row {
  record_key: string;
  tenant: string;
  source: string;
  status: 'analyzed' | 'unsupported_language' | 'empty' | 'withdrawn';
  sentiment?: string;
  language_code?: string;
  cache?: string;
  analyzer?: { name: string; version: string };
  scores?: { positive: number; negative: number; neutral: number; mixed: number };
  chunks?: number;
  text?: string;
  text_bytes: number;
  pii?: { types: string[]; count: number; redacted: boolean; failed: boolean };
  created_at: string;
  arrived_at: string;
  first_created_at?: string;
}

/** One change of the table, as its stream has it. */
export interface TableChange {
  key: string;
  at: number;
  before: Row | undefined;
  after: Row | undefined;
  is_expiry: boolean;
}

const DAY_MS = 86_400_000;
export const START = Date.UTC(2026, 10, 20, 9, 30);

/** A results table on which a random program of writes runs. */
export interface Table {
  rows: Map<string, Row>;
  /** Rows that expired. They stay counted. */
  expired: Row[];
  /** Time of the last change, in epoch milliseconds. */
  now(): number;
  /** Makes the next change. */
  change(): TableChange;
}

export function createTable(random: Random): Table {
  const rows = new Map<string, Row>();
  const expired: Row[] = [];
  let now = START;
  let keys = 0;
  const put = (key: string, after: Row | undefined, is_expiry = false): TableChange => {
    const before = rows.get(key);
    if (after === undefined) rows.delete(key);
    else rows.set(key, after);
    return { key, at: now, before, after, is_expiry };
  };
  const insert = () => {
    keys += 1;
    const [tenant, source] = [random.pick(['acme', 'other']), random.pick(['app', 'shop', 'mail'])];
    const record_key = `${tenant}#${source}#r-${keys}`;
    const row = analyse(random, { record_key, tenant, source, ...drawTimes(random, now) });
    return put(record_key, random.chance(0.05) ? asTombstone(row) : row);
  };
  return {
    rows,
    expired,
    now: () => now,
    change() {
      now += random.chance(0.05) ? random.int(DAY_MS / 2) : random.int(5 * 60_000);
      // The stream has the time in whole seconds.
      now = Math.floor(now / 1_000) * 1_000;
      const known = [...rows.values()];
      if (known.length === 0 || random.chance(0.4)) return insert();
      const row = random.pick(known);
      const draw = random.int(100);
      if (draw < 12) return put(row.record_key, withdraw(row, random, now));
      if (draw < 16) return put(row.record_key, undefined);
      if (draw < 22) {
        if (row.first_created_at !== undefined) expired.push(row);
        return put(row.record_key, undefined, true);
      }
      if (draw < 26) {
        // The row had expired, and a new record of the same key begins.
        const fresh = analyse(random, { ...identity(row), ...drawTimes(random, now) });
        if (row.first_created_at !== undefined && row.first_created_at !== fresh.first_created_at) {
          expired.push(row);
        }
        return put(row.record_key, fresh);
      }
      if (draw < 36) return put(row.record_key, { ...row });
      return put(row.record_key, correct(row, random, now));
    },
  };
}

type Identity = Pick<Row, 'record_key' | 'tenant' | 'source'>;
type Times = Pick<Row, 'created_at' | 'arrived_at' | 'first_created_at'>;

function identity({ record_key, tenant, source }: Row): Identity {
  return { record_key, tenant, source };
}

function drawTimes(random: Random, now: number): Required<Times> {
  const draw = random.next();
  const age =
    draw < 0.7 ? random.int(120_000) : draw < 0.9 ? random.int(60 * DAY_MS) : random.int(3e11);
  const created_at = new Date(now - age).toISOString();
  return { created_at, arrived_at: new Date(now).toISOString(), first_created_at: created_at };
}

/** A withdrawal of a record that was never seen. It counts nowhere. */
function asTombstone(row: Row): Row {
  const { first_created_at: _, ...others } = withdrawn(row);
  return others;
}

function withdrawn(row: Row): Row {
  const { created_at, arrived_at, first_created_at } = row;
  return {
    ...identity(row),
    status: 'withdrawn',
    text_bytes: 0,
    created_at,
    arrived_at,
    ...(first_created_at === undefined ? {} : { first_created_at }),
  };
}

/** A withdrawal often has no time of its own, and then that of its arrival. */
function withdraw(row: Row, random: Random, now: number): Row {
  const arrived_at = new Date(now).toISOString();
  const created_at = random.chance(0.5) ? arrived_at : row.created_at;
  return { ...withdrawn(row), created_at, arrived_at };
}

function correct(row: Row, random: Random, now: number): Row {
  const times = drawTimes(random, now);
  return analyse(random, {
    ...identity(row),
    created_at: random.chance(0.7) ? row.created_at : times.created_at,
    arrived_at: times.arrived_at,
    first_created_at: row.first_created_at ?? times.first_created_at,
  });
}

function drawPii(random: Random): Pick<Row, 'pii'> {
  if (random.chance(0.6)) return {};
  const failed = random.chance(0.1);
  const types = ['EMAIL', 'NAME', 'PHONE'].filter(() => random.chance(0.4));
  if (types.length === 0 && !failed) return {};
  const count = types.length + (types.length === 0 ? 0 : random.int(3));
  return { pii: { types, count, redacted: random.chance(0.7), failed } };
}

function analyse(random: Random, row: Identity & Times): Row {
  const language_code = random.pick(['de', 'en', 'es', 'zh-TW']);
  const text_bytes = 20 + random.int(1_200);
  if (random.chance(0.05))
    return { ...row, status: 'empty', text_bytes: 1, text: ' ', ...drawPii(random) };
  if (random.chance(0.05)) {
    return {
      ...row,
      status: 'unsupported_language',
      language_code: 'fi',
      text_bytes,
      ...drawPii(random),
    };
  }
  const positive = random.next();
  return {
    ...row,
    status: 'analyzed',
    language_code,
    sentiment: random.pick(['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED']),
    cache: random.pick(['miss', 'batch', 'memory', 'table']),
    analyzer: { name: 'simulated', version: random.pick(['1', '2']) },
    scores: { positive, negative: 1 - positive, neutral: 0, mixed: random.next() / 3 },
    chunks: 1 + random.int(2),
    ...(random.chance(0.7) ? { text: 'x'.repeat(text_bytes) } : {}),
    text_bytes,
    ...drawPii(random),
  };
}

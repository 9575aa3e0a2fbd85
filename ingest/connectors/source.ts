import type * as z from 'zod';
import type { Emission, SourceRecord } from './emission.ts';
import type { Filter } from './filter.ts';
import type { LedgerReader } from './ports.ts';

/** An event that a source reports beside its records. Events never hold a text or a secret. */
export type SourceEvent =
  | { kind: 'connected' }
  /** Something between two marks is lost. `seconds` is the length of the gap, if it is known. */
  | { kind: 'gap'; reason: string; seconds?: number }
  /** The source yields no record for a message. `reason` is one of few words: it names a counter. */
  | { kind: 'skipped'; reason: string }
  /** The service asks to slow down. */
  | { kind: 'limited'; seconds: number };

/** The means that the runner gives to a source. A source uses no clock, network or secret but these. */
export interface SourceContext<Cursor = unknown> {
  /** The saved mark; undefined at the first start. */
  cursor: Cursor | undefined;
  /** Aborted when the source has to stop. `open` then returns or throws soon. */
  signal: AbortSignal;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /** Waits, and rejects with the reason of the signal when the signal is aborted. */
  pause: (milliseconds: number) => Promise<void>;
  /**
   * Fetches with a time limit, a user agent and the signal.
   *
   * @throws {SourceBusy} for 429 and 503, with the wait that the response asks for.
   */
  fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** @throws {SourceRefusal} if the secret is not set. */
  readSecret: (name: string) => Promise<string>;
  ledger: LedgerReader;
  tell: (event: SourceEvent) => void;
}

/** The answer of a service on a record: the record as it is now, or none if it is gone. */
export interface Sighting {
  record_id: string;
  /** Without `record_version`, unless the service has a clock of edits. */
  record?: SourceRecord;
}

/** How a service is asked again for what was published, to find edits and deletions that it does not report. */
interface SweepDefinition<Options> {
  /** Time between two sweeps, and age of the oldest text that is asked for. */
  every_seconds: number;
  window_seconds: number;
  /** Number of records in one question. */
  batch_size: number;
  /**
   * Asks for records. A record of which the answer says nothing is absent from the result.
   *
   * @throws if the service does not answer: an error never means that a text is gone.
   */
  lookUp: (
    record_ids: readonly string[],
    options: Options,
    context: SourceContext,
  ) => Promise<Sighting[]>;
}

/** How a source is described to {@link defineSource}. docs/connectors.md is the guide. */
export interface SourceDefinition<
  OptionsSchema extends z.ZodType,
  CursorSchema extends z.ZodType,
  Options = z.output<OptionsSchema>,
  Cursor = z.output<CursorSchema>,
> {
  /** Name of the source, and the default `source` of its records: a slug. */
  name: string;
  /** One line for `connect list`. */
  description: string;
  /** A stream yields until it is aborted. A poll yields one round and returns. */
  mode: 'stream' | 'poll';
  /** Default time between two rounds of a poll, in seconds. */
  every_seconds?: number;
  /** Options of the source itself. By convention `url` is the base URL, and has a default. */
  options: OptionsSchema;
  /** Form of a mark. A saved mark that does not parse counts as a gap, and the source starts anew. */
  cursor: CursorSchema;
  /** Names of the secrets that the source reads. */
  secrets: readonly string[];
  /** Duties of the operator towards the service and the authors; `connect check` prints them. */
  terms: string;
  /** Filter where the user names none. A source with more records than a user wants to pay for has one. */
  default_filter?: Partial<Filter>;
  /**
   * Makes one cheap call that shows whether the source can be read.
   *
   * @throws {SourceRefusal} with advice, if it cannot.
   */
  check?: (options: Options, context: SourceContext<Cursor>) => Promise<void>;
  /**
   * Yields from the mark `context.cursor` on. An error makes the runner open the source again from
   * the last saved mark, after a pause; a {@link SourceRefusal} ends the connector.
   */
  open: (options: Options, context: SourceContext<Cursor>) => AsyncIterable<Emission<Cursor>>;
  sweep?: SweepDefinition<Options>;
}

/** A sweep whose options are parsed. Times are in milliseconds. */
export interface BoundSweep {
  every_ms: number;
  window_ms: number;
  batch_size: number;
  lookUp: (record_ids: readonly string[], context: SourceContext) => Promise<Sighting[]>;
}

/** A source whose options are parsed. */
export interface BoundSource {
  check: (context: SourceContext) => Promise<void>;
  open: (context: SourceContext) => AsyncIterable<Emission>;
  /** Absent if the service cannot be asked again. */
  sweep?: BoundSweep;
}

/** A source as the runner and the command know it. The default export of a plug-in is one. */
export interface Source
  extends Pick<
    SourceDefinition<z.ZodType, z.ZodType>,
    'name' | 'description' | 'mode' | 'every_seconds' | 'secrets' | 'terms' | 'default_filter'
  > {
  options: z.ZodType;
  /** @throws {ZodError} if the options are wrong. */
  bind: (options: unknown) => BoundSource;
}

/**
 * Defines a source of records.
 *
 * @example
 * export const ticks = defineSource({
 *   name: 'ticks',
 *   description: 'one record a second',
 *   mode: 'stream',
 *   options: z.strictObject({}),
 *   cursor: z.int(),
 *   secrets: [],
 *   terms: 'None.',
 *   async *open(_options, { cursor = 0, pause }) {
 *     for (let n = cursor + 1; ; n += 1) {
 *       await pause(1_000);
 *       yield { record: { record_id: `tick:${n}`, text: `tick ${n}` }, cursor: n };
 *     }
 *   },
 * });
 */
export function defineSource<OptionsSchema extends z.ZodType, CursorSchema extends z.ZodType>(
  definition: SourceDefinition<OptionsSchema, CursorSchema>,
): Source {
  const { check, open, sweep, cursor: cursor_schema, ...traits } = definition;
  const withCursor = (context: SourceContext): SourceContext<z.output<CursorSchema>> => ({
    ...context,
    cursor: parseCursor(cursor_schema, context),
  });
  return {
    ...traits,
    bind(given) {
      const options = definition.options.parse(given);
      return {
        check: async (context) => check?.(options, withCursor(context)),
        open: (context) => open(options, withCursor(context)),
        ...(sweep === undefined ? {} : { sweep: bindSweep(sweep, options) }),
      };
    },
  };
}

function bindSweep<Options>(sweep: SweepDefinition<Options>, options: Options): BoundSweep {
  return {
    every_ms: sweep.every_seconds * 1_000,
    window_ms: sweep.window_seconds * 1_000,
    batch_size: sweep.batch_size,
    lookUp: (record_ids, context) => sweep.lookUp(record_ids, options, context),
  };
}

function parseCursor<Schema extends z.ZodType>(
  schema: Schema,
  { cursor, tell }: SourceContext,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  tell({ kind: 'gap', reason: 'the saved mark has another form' });
  return undefined;
}

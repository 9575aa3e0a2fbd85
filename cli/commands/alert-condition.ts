import type * as z from 'zod';
import type { AlertFilter, alertInputSchema, Sentiment } from '../../schemas/index.ts';
import { Advice } from '../errors.ts';

/** The options of `aurastream alerts create` that say when the alert reports something. */
export interface ConditionOptions {
  kind: AlertInput['kind'];
  sentiment?: Sentiment[];
  leastScore?: number;
  leastConfidence?: number;
  source?: string[];
  language?: string[];
  attribute?: [name: string, value: string][];
  word?: string[];
  ratio?: number;
  direction?: 'up' | 'down';
  window?: number;
  minutes?: number;
  leastRecords?: number;
  cooldown?: number;
}

type AlertInput = z.infer<typeof alertInputSchema>;
type AlertCondition<Input = z.input<typeof alertInputSchema>> = Input extends unknown
  ? Omit<Input, 'name' | 'to' | 'most_per_hour'>
  : never;

/** The options that each kind of alert has. */
const OPTIONS = {
  record: [
    ...(['sentiment', 'leastScore', 'leastConfidence', 'source'] as const),
    ...(['language', 'attribute', 'word'] as const),
  ],
  shift: ['source', 'ratio', 'leastRecords', 'cooldown'],
  volume: ['source', 'ratio', 'direction', 'window', 'leastRecords', 'cooldown'],
  silence: ['source', 'minutes', 'leastRecords', 'cooldown'],
} as const satisfies Record<AlertInput['kind'], (keyof ConditionOptions)[]>;

/**
 * Reads the condition of an alert from options.
 *
 * @throws {Advice} if an option does not belong to the kind, or if the filter would match every record.
 */
export function readCondition(options: ConditionOptions): AlertCondition {
  const { kind } = options;
  refuseOthers(options);
  if (kind === 'record') return { filter: readFilter(options) };
  const { source, ratio, direction, window, minutes, leastRecords, cooldown } = options;
  const fields = {
    ...{ sources: source, ratio, direction, window_minutes: window, minutes },
    ...{ least_records: leastRecords, cooldown_minutes: cooldown },
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(given) };
}

function refuseOthers(options: ConditionOptions): void {
  const allowed: readonly string[] = OPTIONS[options.kind];
  const all: readonly (keyof ConditionOptions)[] = [...new Set(Object.values(OPTIONS).flat())];
  for (const name of all) {
    if (options[name] === undefined || allowed.includes(name)) continue;
    const flags = allowed.map(writeFlag).join(', ');
    throw new Advice(
      `An alert of the kind ${options.kind} has no option ${writeFlag(name)}.`,
      `Use ${flags}, or another --kind.`,
    );
  }
}

function writeFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws {Advice} if the filter would match every record. */
function readFilter(options: ConditionOptions): AlertFilter {
  const { sentiment, leastScore, leastConfidence, source, language, attribute, word } = options;
  const fields = {
    ...{ sentiments: sentiment, sources: source, languages: language, words: word },
    ...{ least_score: leastScore, least_confidence: leastConfidence },
    attributes: attribute && groupAttributes(attribute),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0) {
    throw new Advice(
      'The alert would report every record.',
      'Say which, for example with --sentiment NEGATIVE.',
    );
  }
  return Object.fromEntries(given) as AlertFilter;
}

function groupAttributes(pairs: [string, string][]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

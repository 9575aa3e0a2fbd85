import { carriedFields, type FileOptions } from '../../../schemas/index.ts';
import { attributeName, numberName } from './attribute-name.ts';

/** Carried fields that a file does not fill by a column. Jobs set the ids of jobs. */
const NOT_BY_COLUMN = new Set(['attributes', 'job_id', 'job_index', 'run_id']);

/** The fields of a record that a column can become. */
const TARGET_FIELDS: readonly string[] = [
  ...[
    'text',
    'record_id',
    'source',
    'tenant',
    'language',
    'created_at',
    'record_version',
    'deleted',
  ],
  ...Object.keys(carriedFields).filter((field) => !NOT_BY_COLUMN.has(field)),
];
export type TargetField = string;

/** The target of a column. */
export type Target = { field: TargetField } | { attribute: string };

/** Columns that have the meaning of a field under another name. */
const ALIASES: Record<TargetField, string | undefined> = { language: 'language_code' };

/** The entries of an `attributes` object are attributes under their own names. */
const ATTRIBUTES = 'attributes.';

/** Decides what each column of a file becomes. */
export interface Targets {
  /** The target of each column, in the order of `names`. The same array gives the same targets. */
  of(names: readonly string[]): readonly Target[];
  /** The name of the column that becomes the field. Undefined if the file has no such column. */
  columnOf(field: TargetField): string | undefined;
}

/**
 * Creates the targets of a file. An option that names a column comes first, then a column with the
 * name of a field. An exact name comes before a name in another case. All other columns become
 * attributes. If two names give one attribute name, the later one gets a number.
 *
 * @param known the columns that the first look has found.
 */
export function createTargets(known: readonly string[], options: FileOptions): Targets {
  const wanted = listWanted(options);
  const column_of = new Map<TargetField, string>();
  const attribute_of = new Map<string, string>();
  for (const [target, column] of wanted) {
    const found = findName(known, column) ?? column;
    if (TARGET_FIELDS.includes(target)) column_of.set(target, found);
    else attribute_of.set(found, attributeName(target.replace(/^attributes\./, ''), 0));
  }
  for (const field of TARGET_FIELDS) {
    if (column_of.has(field)) continue;
    const found = findName(known, field) ?? findName(known, ALIASES[field] ?? field);
    const is_used =
      found !== undefined && ([...column_of.values()].includes(found) || attribute_of.has(found));
    if (found !== undefined && !is_used) column_of.set(field, found);
  }
  const field_of = new Map([...column_of].map(([field, column]) => [column, field]));
  for (const [field, alias = ''] of Object.entries(ALIASES)) {
    const is_free = known.includes(alias) && !field_of.has(alias) && !attribute_of.has(alias);
    if (is_free && wanted.every(([target]) => target !== field)) field_of.set(alias, field);
  }
  return {
    of: createResolve(field_of, attribute_of, known),
    columnOf: (field) => {
      const column = column_of.get(field);
      return column !== undefined && known.includes(column) ? column : undefined;
    },
  };
}

/** Returns the fields and attributes that the options name, with their columns. */
function listWanted(options: FileOptions): [target: string, column: string][] {
  const { text_field, id_field, time_field, language_field, map = {} } = options;
  const fields: [string, string | undefined][] = [
    ['text', text_field],
    ['record_id', id_field],
    ['created_at', time_field],
    ['language', language_field],
    ...Object.entries(map),
  ];
  return fields.flatMap(([target, column]) => (column === undefined ? [] : [[target, column]]));
}

/** Finds a name exactly, or else without case and surrounding spaces. */
export function findName(names: readonly string[], wanted: string): string | undefined {
  if (names.includes(wanted)) return wanted;
  const folded = fold(wanted);
  return names.find((name) => fold(name) === folded);
}

function fold(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** Number of unknown names whose targets are kept. */
const MAX_CACHED = 10_000;

function createResolve(
  field_of: ReadonlyMap<string, TargetField>,
  attribute_of: ReadonlyMap<string, string>,
  known: readonly string[],
): Targets['of'] {
  const taken = new Set<string>();
  const of_known = new Map<string, Target>();
  const used = new Set<string>();
  const toAttribute = (name: string, position: number): Target => {
    const given = attribute_of.get(name) ?? attributeName(stripPrefix(name), position);
    return { attribute: numberName(given, (one) => taken.has(one)) };
  };
  const table = known.map((name, i): Target => {
    const field = field_of.get(name);
    const target = field !== undefined && !used.has(name) ? { field } : toAttribute(name, i);
    used.add(name);
    if ('attribute' in target) taken.add(target.attribute);
    if (!of_known.has(name)) of_known.set(name, target);
    return target;
  });
  const of_unknown = new Map<string, Target>();
  const resolve = (name: string, position: number): Target => {
    const found = of_known.get(name) ?? of_unknown.get(name);
    if (found !== undefined) return found;
    const field = field_of.get(name) ?? findFreeField(name, field_of);
    const target = field === undefined ? toAttribute(name, position) : { field };
    if (of_unknown.size < MAX_CACHED) of_unknown.set(name, target);
    return target;
  };
  return (names) => (names === known ? table : names.map(resolve));
}

/** A column that the first look has not seen may still be a field, if no other column is. */
function findFreeField(
  name: string,
  field_of: ReadonlyMap<string, TargetField>,
): TargetField | undefined {
  const field = TARGET_FIELDS.find((one) => one === name || ALIASES[one] === name);
  return field === undefined || [...field_of.values()].includes(field) ? undefined : field;
}

function stripPrefix(name: string): string {
  return name.startsWith(ATTRIBUTES) ? name.slice(ATTRIBUTES.length) : name;
}

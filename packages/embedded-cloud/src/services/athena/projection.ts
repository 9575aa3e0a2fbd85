import type { GlueTable } from './catalog.ts';
import { buildDatePattern, parseDate, resolveRangeEnd } from './date-projection.ts';
import { escapeRegExp } from './escape.ts';

/**
 * The location of a table's files, and the pattern that finds the partition values in the path of a
 * file.
 */
export interface Layout {
  bucket: string;
  /** Path of the folder that contains the whole table, without a slash at the start or the end. */
  folder: string;
  /**
   * Regular expression that matches the path of a file, relative to `folder`. The nth capture group
   * contains the value of the nth key in `keys`.
   */
  pattern: string;
  /** Names of the partition keys, in the order of the capture groups in `pattern`. */
  keys: string[];
  /** Returns whether Athena would read the partition with the given values. */
  includes(values: string[], now: number): boolean;
}

/**
 * Reads the location and the partition projection of a table.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
 *
 * @throws {Error} if the location is not on S3
 */
export function readLayout(table: GlueTable): Layout {
  const { parameters } = table;
  const projected = parameters['projection.enabled']?.toLowerCase() === 'true';
  const names = table.partition_keys.map(({ name }) => name);
  const template =
    (projected && parameters['storage.location.template']) || buildHiveTemplate(table, names);
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?([\s\S]*)$/.exec(template) ?? [];
  if (bucket === undefined)
    throw new Error(`Table ${table.name}: expected a location of the form s3://bucket/prefix/`);
  const fixed = path.split('${')[0]!;
  const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const rest = path.slice(folder.length);
  const keys = [...rest.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]!);
  const checks = projected ? keys.map((key) => createCheck(key, parameters)) : [];
  return {
    bucket,
    folder: folder.replace(/\/$/, ''),
    pattern: `${buildPattern(rest, parameters, projected)}${/(^|\/)$/.test(rest) ? '' : '/'}.*$`,
    keys,
    includes: (values, now) => checks.every((check, i) => check(values[i] ?? '', now)),
  };
}

function buildHiveTemplate({ location }: GlueTable, names: string[]): string {
  const folder = location.endsWith('/') ? location : `${location}/`;
  return folder + names.map((name) => `${name}=\${${name}}/`).join('');
}

function buildPattern(
  rest: string,
  parameters: Record<string, string>,
  projected: boolean,
): string {
  return rest
    .split(/(\$\{\w+\})/)
    .map((part) => {
      const key = /^\$\{(\w+)\}$/.exec(part)?.[1];
      if (key === undefined) return escapeRegExp(part);
      const date = projected && parameters[`projection.${key}.type`]?.toLowerCase() === 'date';
      const format = parameters[`projection.${key}.format`] ?? 'yyyy-MM-dd';
      return `(${date ? buildDatePattern(format) : '[^/]+'})`;
    })
    .join('');
}

type PartitionCheck = (value: string, now: number) => boolean;

/**
 * Creates a function that checks whether the projection contains a value of a partition key. Athena
 * does not read partitions outside the projection.
 */
function createCheck(key: string, parameters: Record<string, string>): PartitionCheck {
  const setting = (name: string) => parameters[`projection.${key}.${name}`] ?? '';
  const [low = '', high = ''] = setting('range')
    .split(',')
    .map((end) => end.trim());
  switch (setting('type').toLowerCase()) {
    case 'integer': {
      const digits = Number(setting('digits') || 0);
      return (value) =>
        /^-?\d+$/.test(value) &&
        (digits === 0 || value.length === digits) &&
        Number(value) >= Number(low) &&
        Number(value) <= Number(high);
    }
    case 'enum': {
      const values = new Set(
        setting('values')
          .split(',')
          .map((each) => each.trim()),
      );
      return (value) => values.has(value);
    }
    case 'date': {
      const format = setting('format') || 'yyyy-MM-dd';
      return (value, now) => {
        const at = parseDate(value, format);
        return at >= resolveRangeEnd(low, format, now) && at <= resolveRangeEnd(high, format, now);
      };
    }
    default:
      return () => true;
  }
}

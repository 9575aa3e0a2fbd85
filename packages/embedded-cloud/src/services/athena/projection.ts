import type { GlueTable } from './catalog.ts';
import { datePattern, parseDate, rangeEnd } from './date-projection.ts';
import { escapeRegExp } from './escape.ts';

/** Where a table's files are, and how their paths tell the partition. */
export interface Layout {
  bucket: string;
  /** The folder that holds all of the table, without a slash at its ends. */
  folder: string;
  /** Matches a file's path below the folder; group n is the value of partition key n. */
  pattern: string;
  /** Partition keys in the order of the groups. */
  keys: string[];
  /** Whether Athena would look at a partition. */
  holds(values: string[], now: number): boolean;
}

/**
 * Reads a table's location and partition projection.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
 * @throws {Error} where the location is not on S3
 */
export function layoutOf(table: GlueTable): Layout {
  const { parameters } = table;
  const projected = parameters['projection.enabled']?.toLowerCase() === 'true';
  const names = table.partition_keys.map(({ name }) => name);
  const template =
    (projected && parameters['storage.location.template']) || hiveTemplate(table, names);
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?([\s\S]*)$/.exec(template) ?? [];
  if (bucket === undefined) throw new Error(`The location of ${table.name} is not on S3`);
  const fixed = path.split('${')[0]!;
  const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const rest = path.slice(folder.length);
  const keys = [...rest.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]!);
  const checks = projected ? keys.map((key) => checkOf(key, parameters)) : [];
  return {
    bucket,
    folder: folder.replace(/\/$/, ''),
    pattern: `${patternOf(rest, parameters, projected)}${/(^|\/)$/.test(rest) ? '' : '/'}.*$`,
    keys,
    holds: (values, now) => checks.every((check, i) => check(values[i] ?? '', now)),
  };
}

function hiveTemplate({ location }: GlueTable, names: string[]): string {
  const folder = location.endsWith('/') ? location : `${location}/`;
  return folder + names.map((name) => `${name}=\${${name}}/`).join('');
}

function patternOf(rest: string, parameters: Record<string, string>, projected: boolean): string {
  return rest
    .split(/(\$\{\w+\})/)
    .map((part) => {
      const key = /^\$\{(\w+)\}$/.exec(part)?.[1];
      if (key === undefined) return escapeRegExp(part);
      const date = projected && parameters[`projection.${key}.type`]?.toLowerCase() === 'date';
      const format = parameters[`projection.${key}.format`] ?? 'yyyy-MM-dd';
      return `(${date ? datePattern(format) : '[^/]+'})`;
    })
    .join('');
}

type Check = (value: string, now: number) => boolean;

/** Values outside of the projection are partitions that Athena never looks for. */
function checkOf(key: string, parameters: Record<string, string>): Check {
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
        return at >= rangeEnd(low, format, now) && at <= rangeEnd(high, format, now);
      };
    }
    default:
      return () => true;
  }
}

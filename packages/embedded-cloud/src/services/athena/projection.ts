import type { GlueTable } from './catalog.ts';
import { buildDatePattern, parseDate, resolveRangeEnd } from './date-projection.ts';
import { escapeRegExp } from './escape.ts';

/** The location of a table's files, and how a path contains the partition. */
export interface Layout {
  bucket: string;
  /** The folder that contains the whole table, without slashes at its ends. */
  folder: string;
  /** Matches the path of a file below the folder. Group n is the value of partition key n. */
  pattern: string;
  /** Partition keys in the order of the groups. */
  keys: string[];
  /** Whether Athena would read a partition. */
  includes(values: string[], now: number): boolean;
}

/**
 * Reads the location and the partition projection of a table.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
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

/** Athena does not read partitions outside of the projection. */
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

import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';

const MS_PER_DAY = 86_400_000;

/** Formats a value as Athena does in the field `VarCharValue`. @returns undefined for null */
export function formatValue(value: DuckDBValue, type: DuckDBType): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return formatNumber(value, type);
  if (value instanceof DuckDBTimestampTZValue) return `${formatTimestamp(value.micros)} UTC`;
  if (value instanceof DuckDBTimestampValue) return formatTimestamp(value.micros);
  if (value instanceof DuckDBDateValue)
    return new Date(value.days * MS_PER_DAY).toISOString().slice(0, 10);
  if (value instanceof DuckDBBlobValue)
    return Buffer.from(value.bytes).toString('hex').replace(/..\B/g, '$& ');
  return formatNested(value, type) ?? String(value);
}

/**
 * Formats a list as `[a, b]`, and a map or struct as `{name=value}`. A null inside the list, map or
 * struct is formatted as `null`.
 *
 * @returns undefined if the value is not nested
 */
function formatNested(value: DuckDBValue, type: DuckDBType): string | undefined {
  const formatInner = (item: DuckDBValue, item_type: DuckDBType) =>
    formatValue(item, item_type) ?? 'null';
  if (value instanceof DuckDBListValue && type.typeId === DuckDBTypeId.LIST) {
    return `[${value.items.map((item) => formatInner(item, type.valueType)).join(', ')}]`;
  }
  if (value instanceof DuckDBMapValue && type.typeId === DuckDBTypeId.MAP) {
    const entries = value.entries.map(
      (entry) =>
        `${formatInner(entry.key, type.keyType)}=${formatInner(entry.value, type.valueType)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  if (value instanceof DuckDBStructValue && type.typeId === DuckDBTypeId.STRUCT) {
    const entries = type.entryNames.map(
      (name, i) => `${name}=${formatInner(value.entries[name] ?? null, type.entryTypes[i]!)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return undefined;
}

function formatNumber(value: number, { typeId }: DuckDBType): string {
  if (typeId === DuckDBTypeId.DOUBLE) return formatJavaDouble(value);
  return typeId === DuckDBTypeId.FLOAT ? formatJavaDouble(findShortestFloat(value)) : String(value);
}

/**
 * Formats a number in the way that Java prints a double, for example `1.0`, `1.0E7` or `1.0E-4`.
 */
export function formatJavaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-3 && size < 1e7) return addPoint(String(value));
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${addPoint(mantissa)}E${Number(exponent)}`;
}

function addPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}

/** Reduces a 32-bit float to the fewest decimal digits that still round to the same float. */
function findShortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/**
 * Formats a timestamp as `2026-11-23 10:00:00.000`, in UTC.
 *
 * @param micros microseconds since 1970
 */
function formatTimestamp(micros: bigint): string {
  const ms = Number(
    micros >= 0n || micros % 1_000n === 0n ? micros / 1_000n : micros / 1_000n - 1n,
  );
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

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

/** A value as Athena writes it into `VarCharValue`; undefined for null. */
export function valueText(value: DuckDBValue, type: DuckDBType): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return numberText(value, type);
  if (value instanceof DuckDBTimestampTZValue) return `${timestamp(value.micros)} UTC`;
  if (value instanceof DuckDBTimestampValue) return timestamp(value.micros);
  if (value instanceof DuckDBDateValue)
    return new Date(value.days * MS_PER_DAY).toISOString().slice(0, 10);
  if (value instanceof DuckDBBlobValue)
    return Buffer.from(value.bytes).toString('hex').replace(/..\B/g, '$& ');
  return nestedText(value, type) ?? String(value);
}

/** `[a, b]`, `{name=value}`, with `null` for what is missing. */
function nestedText(value: DuckDBValue, type: DuckDBType): string | undefined {
  const inner = (each: DuckDBValue, of: DuckDBType) => valueText(each, of) ?? 'null';
  if (value instanceof DuckDBListValue && type.typeId === DuckDBTypeId.LIST) {
    return `[${value.items.map((item) => inner(item, type.valueType)).join(', ')}]`;
  }
  if (value instanceof DuckDBMapValue && type.typeId === DuckDBTypeId.MAP) {
    const entries = value.entries.map(
      (entry) => `${inner(entry.key, type.keyType)}=${inner(entry.value, type.valueType)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  if (value instanceof DuckDBStructValue && type.typeId === DuckDBTypeId.STRUCT) {
    const entries = type.entryNames.map(
      (name, i) => `${name}=${inner(value.entries[name] ?? null, type.entryTypes[i]!)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return undefined;
}

function numberText(value: number, { typeId }: DuckDBType): string {
  if (typeId === DuckDBTypeId.DOUBLE) return javaDouble(value);
  return typeId === DuckDBTypeId.FLOAT ? javaDouble(shortestFloat(value)) : String(value);
}

/** A number as Java prints a double: `1.0`, `1.0E7`, `1.0E-4`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-3 && size < 1e7) return withPoint(String(value));
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${withPoint(mantissa)}E${Number(exponent)}`;
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}

/** The number with the fewest digits that is the same 32-bit float. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** `2026-11-23 10:00:00.000`. @param micros since 1970 */
function timestamp(micros: bigint): string {
  const ms = Number(
    micros >= 0n || micros % 1_000n === 0n ? micros / 1_000n : micros / 1_000n - 1n,
  );
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

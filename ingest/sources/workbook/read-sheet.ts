import type { ByteSource } from '../bytes/byte-source.ts';
import { parseXml } from './parse-xml.ts';
import { decodeEscapes, type Workbook } from './read-parts.ts';

/** A row of a sheet. `line` is the number of the row in the sheet. */
export interface SheetRow {
  line: number;
  cells: string[];
}

/** Number of columns that Excel has. */
const MAX_COLUMNS = 16_384;

/** Reads the rows of a sheet that have content, as texts. Dates become ISO 8601. */
export async function* readSheet(source: ByteSource, workbook: Workbook): AsyncIterable<SheetRow> {
  const collector = new RowCollector(workbook);
  for await (const _ of parseXml(source.open(0), collector)) yield* collector.take();
}

class RowCollector {
  readonly #workbook: Workbook;
  #rows: SheetRow[] = [];
  #line = 0;
  #cells: string[] = [];
  #column = -1;
  #type = 'n';
  #style = 0;
  #value = '';
  #is_value = false;
  #phonetic = 0;

  constructor(workbook: Workbook) {
    this.#workbook = workbook;
  }

  take(): SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(tag: string, attributes: Readonly<Record<string, string>>): void {
    if (tag === 'row') {
      this.#line = Number(attributes.r ?? this.#line + 1);
      this.#cells = [];
      this.#column = -1;
    } else if (tag === 'c') {
      const letters = attributes.r === undefined ? undefined : columnOf(attributes.r);
      this.#column = letters ?? this.#column + 1;
      this.#type = attributes.t ?? 'n';
      this.#style = Number(attributes.s ?? 0);
      this.#value = '';
    } else if (tag === 'rPh') this.#phonetic += 1;
    this.#is_value = (tag === 'v' || tag === 't') && this.#phonetic === 0;
  }

  text(text: string): void {
    if (this.#is_value) this.#value += text;
  }

  close(tag: string): void {
    if (tag === 'v' || tag === 't') this.#is_value = false;
    else if (tag === 'rPh') this.#phonetic -= 1;
    else if (tag === 'c') this.#addCell();
    else if (tag === 'row' && this.#cells.some((cell) => cell.trim() !== '')) {
      this.#rows.push({ line: this.#line, cells: this.#cells });
    }
  }

  #addCell(): void {
    if (this.#value === '' || this.#column < 0 || this.#column >= MAX_COLUMNS) return;
    while (this.#cells.length < this.#column) this.#cells.push('');
    this.#cells[this.#column] = this.#readValue();
  }

  #readValue(): string {
    const { strings, date_styles, uses_1904 } = this.#workbook;
    switch (this.#type) {
      case 's':
        return decodeEscapes(strings.at(Number(this.#value)) ?? '');
      case 'b':
        return this.#value === '1' ? 'true' : 'false';
      case 'e':
        return '';
      case 'n':
        return date_styles[this.#style] === true
          ? formatSerial(Number(this.#value), uses_1904)
          : formatNumber(this.#value);
      default:
        return decodeEscapes(this.#value);
    }
  }
}

/** Returns the index of the column of a cell, such as 27 for `AB3`. */
function columnOf(reference: string): number | undefined {
  let index = 0;
  for (const letter of /^[A-Z]*/.exec(reference)?.[0] ?? '') {
    index = index * 26 + letter.charCodeAt(0) - 64;
  }
  return index === 0 ? undefined : index - 1;
}

/** Excel writes 0.1 + 0.2 as 0.30000000000000004, and shows 15 digits. */
function formatNumber(value: string): string {
  const number = Number(value);
  return Number.isFinite(number) ? String(Number(number.toPrecision(15))) : value;
}

/** Converts the number of days since 1900 or 1904 to ISO 8601. A whole number is a date alone. */
function formatSerial(serial: number, uses_1904: boolean): string {
  const days = serial + (uses_1904 ? 1_462 : 0) - 25_569;
  const date = new Date(Math.round(days * 86_400) * 1_000);
  if (serial < 1 || Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) {
    return String(serial);
  }
  const iso = date.toISOString().slice(0, 19);
  return Number.isInteger(serial) ? iso.slice(0, 10) : iso;
}

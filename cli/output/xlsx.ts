import { zip } from './zip.ts';

export type CellType = 'number' | 'boolean' | 'date' | 'timestamp' | 'text';

/** Numbers of the formats in `STYLES`. */
const STYLE = { number: 0, boolean: 0, text: 0, header: 1, date: 2, timestamp: 3 } as const;
const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0"/><xf numFmtId="0" fontId="1" applyFont="1"/><xf numFmtId="164" fontId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Rows of a sheet and characters of a cell in Excel. */
export const MOST_ROWS = 1_048_576;
const MOST_CHARACTERS = 32_767;

/**
 * Writes a workbook with one sheet: a header that stays in view and has a filter, and one row for
 * each row of values.
 *
 * @param types the type of each column
 */
export function writeXlsx(columns: string[], types: CellType[], rows: unknown[][]): Buffer {
  const last = `${nameColumn(Math.max(columns.length, 1))}${rows.length + 1}`;
  const header = columns.map((name, i) => writeText(`${nameColumn(i + 1)}1`, name, STYLE.header));
  const lines = rows.map((row, r) => {
    const cells = row.map((value, i) =>
      writeCell(`${nameColumn(i + 1)}${r + 2}`, value, types[i] ?? 'text'),
    );
    return `<row r="${r + 2}">${cells.join('')}</row>`;
  });
  const sheet =
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<sheetData><row r="1">${header.join('')}</row>${lines.join('')}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`;
  return zip([
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPES}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/></Types>`,
    ],
    ['_rels/.rels', writeRelations(['officeDocument', 'xl/workbook.xml'])],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><sheets><sheet name="Query" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      writeRelations(['worksheet', 'worksheets/sheet1.xml'], ['styles', 'styles.xml']),
    ],
    ['xl/styles.xml', XML + STYLES],
    ['xl/worksheets/sheet1.xml', XML + sheet],
  ]);
}

function writeRelations(...relations: [type: string, target: string][]): string {
  const list = relations.map(
    ([type, target], i) =>
      `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${RELATIONS}">${list.join('')}</Relationships>`;
}

/** Returns the letters of a column, counted from 1. */
function nameColumn(number: number): string {
  const rest = (number - 1) % 26;
  const letter = String.fromCharCode(65 + rest);
  return number > 26 ? nameColumn((number - 1 - rest) / 26) + letter : letter;
}

function writeCell(place: string, value: unknown, type: CellType): string {
  if (value === null || value === undefined) return '';
  if (type === 'number' && Number.isFinite(Number(value)))
    return `<c r="${place}"><v>${Number(value)}</v></c>`;
  if (type === 'boolean') return `<c r="${place}" t="b"><v>${value === true ? 1 : 0}</v></c>`;
  if (type === 'date' || type === 'timestamp') {
    const day = toExcelDay(String(value));
    if (day !== undefined) return `<c r="${place}" s="${STYLE[type]}"><v>${day}</v></c>`;
  }
  return writeText(
    place,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
    STYLE.text,
  );
}

function writeText(place: string, text: string, style: number): string {
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/** XML has no control characters. */
function escapeXml(text: string): string {
  return text
    .slice(0, MOST_CHARACTERS)
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const DAY_MS = 86_400_000;
/** Days from Excel's day 0 to 1970. */
const FIRST_DAY = 25_569;

/** Converts a date or time of Athena, in UTC, to the number of Excel's day. */
function toExcelDay(value: string): number | undefined {
  const iso = value.replace(' UTC', '').replace(' ', 'T');
  const ms = Date.parse(iso.length === 10 ? `${iso}T00:00:00Z` : `${iso}Z`);
  return Number.isNaN(ms) ? undefined : ms / DAY_MS + FIRST_DAY;
}

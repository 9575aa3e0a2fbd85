import { writeZip } from './zip.ts';

/** A cell: a shared text, a number, a boolean, or a date as the number of days since 1900. */
export type WorkbookCell = string | number | boolean | { days: number } | null;

/** Writes a workbook as Excel does: shared texts, styles, and one file for each sheet. */
export function writeWorkbook(sheets: Record<string, WorkbookCell[][]>): Buffer {
  const strings: string[] = [];
  const names = Object.keys(sheets);
  const sheet_files = names.map((name, i) => [
    `xl/worksheets/sheet${i + 1}.xml`,
    writeSheet(sheets[name] ?? [], strings),
  ]);
  const list = names.map(
    (name, i) => `<sheet name="${escapeXml(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`,
  );
  const relations = names.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Type="x" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const items = strings.map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`);
  return writeZip({
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml': `<workbook xmlns:r="r"><workbookPr/><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${relations.join('')}</Relationships>`,
    ...Object.fromEntries(sheet_files),
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml': `<sst>${items.join('')}</sst>`,
  });
}

function writeSheet(rows: WorkbookCell[][], strings: string[]): string {
  const written = rows.map((cells, r) => {
    const row = cells.map((cell, c) => writeCell(cell, `${columnName(c)}${r + 1}`, strings));
    return `<row r="${r + 1}">${row.join('')}</row>`;
  });
  return `<worksheet><sheetData>${written.join('')}</sheetData></worksheet>`;
}

function writeCell(cell: WorkbookCell, place: string, strings: string[]): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${Number(cell)}</v></c>`;
  if (typeof cell === 'object') return `<c r="${place}" s="1"><v>${cell.days}</v></c>`;
  const index = strings.push(cell) - 1;
  return `<c r="${place}" t="s"><v>${index}</v></c>`;
}

function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(
      /[\p{Cc}\ufffe\uffff]/gu,
      (sign) => `_x${sign.charCodeAt(0).toString(16).padStart(4, '0')}_`,
    );
}

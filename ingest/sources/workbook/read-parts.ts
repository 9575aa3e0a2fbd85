import type { Archive } from '../bytes/zip.ts';
import { UnreadableFileError } from '../file-error.ts';
import { readXml } from './parse-xml.ts';
import { TextList } from './text-list.ts';

/** A sheet of a workbook, with the path of its file in the archive. */
export interface Sheet {
  name: string;
  path: string;
  is_hidden: boolean;
}

/** Everything that the cells of a workbook refer to. */
export interface Workbook {
  sheets: Sheet[];
  /** True if day 0 of dates is in 1904, as on old Macs. */
  uses_1904: boolean;
  /** The texts that cells share. Control characters are still escaped. */
  strings: TextList;
  /** For each cell style, whether numbers in that style are dates. */
  date_styles: boolean[];
}

/** Reads the parts of a workbook that all sheets share. */
export async function readWorkbook(name: string, archive: Archive): Promise<Workbook> {
  const targets = await readRelations(archive);
  const sheets: Sheet[] = [];
  let uses_1904 = false;
  await readXml(archive.open('xl/workbook.xml').open(0), {
    open(tag, attributes) {
      if (tag === 'workbookPr') uses_1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (tag !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? '';
      const path = targets.get(id);
      const is_hidden = (attributes.state ?? 'visible') !== 'visible';
      if (path !== undefined) sheets.push({ name: attributes.name ?? '', path, is_hidden });
    },
  });
  return {
    sheets,
    uses_1904,
    strings: await readStrings(name, archive),
    date_styles: await readDateStyles(archive),
  };
}

async function readRelations(archive: Archive): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  const path = 'xl/_rels/workbook.xml.rels';
  if (!archive.names.includes(path)) return targets;
  await readXml(archive.open(path).open(0), {
    open(tag, { Id = '', Target = '' }) {
      if (tag !== 'Relationship') return;
      const full = Target.startsWith('/') ? Target.slice(1) : `xl/${Target.replace(/^\.\//, '')}`;
      if (archive.names.includes(full)) targets.set(Id, full);
    },
  });
  return targets;
}

/** Size of the texts that a workbook may share, in bytes of UTF-8. They are kept in memory. */
const MAX_TEXT_BYTES = 128 * 1024 * 1024;

async function readStrings(name: string, archive: Archive): Promise<TextList> {
  const path = 'xl/sharedStrings.xml';
  const strings = new TextList();
  if (!archive.names.includes(path)) return strings;
  let current = '';
  let in_text = false;
  let phonetic = 0;
  await readXml(archive.open(path).open(0), {
    open(tag) {
      if (tag === 'si') current = '';
      if (tag === 'rPh') phonetic += 1;
      in_text = tag === 't' && phonetic === 0;
    },
    text(text) {
      if (in_text) current += text;
    },
    close(tag) {
      if (tag === 'rPh') phonetic -= 1;
      if (tag === 't') in_text = false;
      if (tag !== 'si') return;
      strings.push(current);
      if (strings.bytes > MAX_TEXT_BYTES) throw createTooLargeError(name);
    },
  });
  return strings;
}

function createTooLargeError(name: string): UnreadableFileError {
  return new UnreadableFileError(
    `${name} has more than ${MAX_TEXT_BYTES / 2 ** 20} MiB of texts, which a workbook keeps in memory.`,
    'Save the sheet as CSV (UTF-8), which can have any size.',
  );
}

/** Excel writes control characters as `_x000D_`. */
export function decodeEscapes(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
        String.fromCharCode(parseInt(hex, 16)),
      )
    : text;
}

/** Formats that are dates in every workbook. Source: ECMA-376, part 1, 18.8.30. */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
}

async function readDateStyles(archive: Archive): Promise<boolean[]> {
  const path = 'xl/styles.xml';
  const styles: boolean[] = [];
  if (!archive.names.includes(path)) return styles;
  const codes = new Map<number, string>();
  let in_cells = false;
  await readXml(archive.open(path).open(0), {
    open(tag, { numFmtId = '', formatCode = '' }) {
      if (tag === 'numFmt') codes.set(Number(numFmtId), formatCode);
      if (tag === 'cellXfs') in_cells = true;
      if (tag !== 'xf' || !in_cells) return;
      const code = codes.get(Number(numFmtId));
      styles.push(code === undefined ? isBuiltInDate(Number(numFmtId)) : isDateCode(code));
    },
    close(tag) {
      if (tag === 'cellXfs') in_cells = false;
    },
  });
  return styles;
}

/** A format is a date if it has a year or a day outside of quotes and brackets. */
function isDateCode(code: string): boolean {
  return /[yd]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, ''));
}

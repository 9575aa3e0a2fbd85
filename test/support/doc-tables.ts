import { readFileSync } from 'node:fs';

/** Reads a document. The path is relative to the root of the repository. */
export function readDoc(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/**
 * Reads the first table below a heading of a document. Each row has its cells under the names of
 * the columns, without code marks.
 *
 * @param path path of the document, relative to the root of the repository
 */
export function readDocTable(path: string, heading: string): Record<string, string>[] {
  const section = readDoc(path)
    .split(/^#+ /m)
    .find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${path}: expected the heading "${heading}"`);
  const [head, , ...rows] = /(^\|.*\n)+/m.exec(section)?.[0].trimEnd().split('\n') ?? [];
  if (head === undefined) throw new Error(`${path}: expected a table below "${heading}"`);
  const names = splitRow(head);
  return rows.map((row) =>
    Object.fromEntries(splitRow(row).map((cell, index) => [names[index], cell])),
  );
}

function splitRow(row: string): string[] {
  const cells = row.split('|').slice(1, -1);
  return cells.map((cell) => cell.replaceAll('`', '').trim());
}

/** Reads a number of a document, such as `300,000`. */
export function readDocNumber(text = ''): number {
  return Number(text.replaceAll(',', ''));
}

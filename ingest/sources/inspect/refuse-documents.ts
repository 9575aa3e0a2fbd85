import { UnreadableFileError } from '../file-error.ts';

/**
 * Refuses texts that are no tables: web pages, XML and pointers of Git LFS.
 *
 * @throws {UnreadableFileError} if the text is one of these.
 */
export function refuseDocuments(name: string, head: Buffer): void {
  const start = head.toString('utf8', 0, 1_000).trimStart();
  if (/^version https:\/\/git-lfs\.github\.com\/spec\//.test(start)) {
    throw new UnreadableFileError(
      `${name} is a pointer of Git LFS, not the file itself.`,
      'Fetch the file: git lfs pull.',
    );
  }
  if (/^<(!doctype html|html|head|body)\b/i.test(start)) {
    throw new UnreadableFileError(
      `${name} is a web page (HTML).`,
      'The download probably ended on a page of login or of an error; download the file again.',
    );
  }
  if (/^<\?xml\b|^<[a-z][\w:-]*[\s>]/i.test(start)) {
    throw new UnreadableFileError(`${name} is XML.`, 'Export it as CSV, JSONL or XLSX.');
  }
  if (/^%PDF-|^\{\\rtf/.test(start)) {
    throw new UnreadableFileError(`${name} is a document.`, 'Export it as CSV, JSONL or XLSX.');
  }
}

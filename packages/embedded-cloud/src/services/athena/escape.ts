/** A text as a regular expression that matches it, in JavaScript and in RE2. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A path as a glob that matches it: DuckDB takes every path for one. */
export function globEscape(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/** Escapes a text for a regular expression, of JavaScript and of RE2. */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Escapes a path, because DuckDB treats every path as a glob. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/**
 * Escapes a string so that a regular expression of JavaScript or RE2 matches the string literally.
 */
export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Escapes the wildcards in a path, because DuckDB treats every path as a glob pattern. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}

/**
 * Reads the API key from a fragment, such as `#key=KEY` or `#key=KEY&/texts?range=7d`.
 *
 * @returns the key, and the fragment without it; undefined if the fragment has no key.
 */
export function readKeyFragment(fragment: string): { key: string; rest: string } | undefined {
  const [, key, rest] = /^#key=([\w.~-]+)(?:&(.*))?$/.exec(fragment) ?? [];
  if (key === undefined) return undefined;
  return { key, rest: rest === undefined ? '#/' : `#${rest}` };
}

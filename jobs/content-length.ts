/**
 * Returns the length of the text and the attributes of a record or a result, in characters. Readers of
 * many of them limit by it how much they hold in memory.
 */
export function measureContent({
  text = '',
  attributes = {},
}: {
  text?: string | undefined;
  attributes?: Record<string, string | number | boolean> | undefined;
}): number {
  return Object.entries(attributes)
    .flat()
    .reduce<number>((sum, part) => sum + String(part).length, text.length);
}

/** The kinds of broken promises that the checker reports. */
export const KINDS = [
  'lost',
  'doubled',
  'wrong',
  'wrong_jobs',
  'wrong_callbacks',
  'wrong_answers',
  'wrong_counts',
  'wrong_history',
  'leaked_texts',
] as const;
export type Kind = (typeof KINDS)[number];

/** Collects broken promises. */
export interface Findings {
  /** Adds a broken promise. The description must not contain a text. */
  add(kind: Kind, description: string): void;
  counts: Record<Kind, number>;
  /** Descriptions of the first broken promises. */
  descriptions: string[];
}

const MAX_DESCRIPTIONS = 30;

export function createFindings(): Findings {
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const descriptions: string[] = [];
  return {
    counts,
    descriptions,
    add(kind, description) {
      counts[kind] += 1;
      if (descriptions.length < MAX_DESCRIPTIONS) descriptions.push(`${kind}: ${description}`);
    },
  };
}

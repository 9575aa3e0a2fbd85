import type { Candidate } from './scan.ts';

/**
 * Decides between candidates of several detectors. Where two overlap, the one with the higher score
 * wins, and of two with the same score the longer one. A candidate that contains better ones stays,
 * for example a URL around an e-mail address, so that no part of it is left unmasked. The result is
 * in the order of the starts.
 *
 * The work for one candidate grows with the number of accepted candidates around it, not with all.
 */
export function resolveOverlaps(candidates: Candidate[]): Candidate[] {
  const ranked = [...candidates].sort(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start),
  );
  const accepted = createSpanSet();
  for (const candidate of ranked) {
    const overlapping = accepted.listOverlapping(candidate);
    const contains_all = overlapping.every(
      ({ start, end }) =>
        candidate.start <= start &&
        end <= candidate.end &&
        end - start < candidate.end - candidate.start,
    );
    if (contains_all) accepted.add(candidate);
  }
  return accepted.list().sort((a, b) => a.start - b.start || b.end - a.end);
}

const BUCKET = 64;

/** Finds overlapping spans by buckets of 64 code units. */
function createSpanSet() {
  const buckets = new Map<number, Candidate[]>();
  const all: Candidate[] = [];
  return {
    add(candidate: Candidate): void {
      all.push(candidate);
      for (const bucket of bucketsOf(candidate)) {
        const known = buckets.get(bucket);
        if (known === undefined) buckets.set(bucket, [candidate]);
        else known.push(candidate);
      }
    },
    listOverlapping(candidate: Candidate): Candidate[] {
      const found = new Set<Candidate>();
      for (const bucket of bucketsOf(candidate)) {
        for (const other of buckets.get(bucket) ?? []) {
          if (other.start < candidate.end && candidate.start < other.end) found.add(other);
        }
      }
      return [...found];
    },
    list: () => all,
  };
}

function* bucketsOf({ start, end }: Candidate): Generator<number> {
  for (let bucket = Math.floor(start / BUCKET); bucket * BUCKET < end; bucket += 1) yield bucket;
}

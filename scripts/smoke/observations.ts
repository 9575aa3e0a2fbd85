import { readFileSync, writeFileSync } from 'node:fs';

/** The answers of the embedded cloud, as `npm run smoke -- --record` has written it. */
const RECORDED = new URL('./embedded.json', import.meta.url);

/** The differences between this cloud and the embedded cloud. */
export interface Difference {
  name: string;
  here: string;
  embedded: string;
}

/** Collects what a run has seen, by names that are the same in every run. */
export class Observations {
  readonly #seen = new Map<string, string>();

  /** Notes an observation. If a run makes the same observation again, the last one counts. */
  note(name: string, seen: string): void {
    this.#seen.set(name, seen);
  }

  /**
   * Compares the run with the recorded run of the embedded cloud.
   *
   * @param is_whole whether the run had all steps, so that what it has not seen differs too
   */
  compare(is_whole: boolean): Difference[] {
    const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, string>;
    const expected = is_whole ? Object.keys(recorded) : [];
    const names = [...new Set([...expected, ...this.#seen.keys()])].sort();
    return names
      .map((name) => ({
        name,
        here: this.#seen.get(name) ?? 'not seen',
        embedded: recorded[name] ?? 'not seen',
      }))
      .filter(({ here, embedded }) => here !== embedded);
  }

  record(): void {
    const sorted = Object.fromEntries([...this.#seen].sort());
    writeFileSync(RECORDED, `${JSON.stringify(sorted, null, 2)}\n`);
  }
}

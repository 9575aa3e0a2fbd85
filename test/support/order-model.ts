import fc from 'fast-check';
import { type Acceptance, hashText } from '../../schemas/index.ts';

/** An acceptance with what it says. */
export interface Said extends Acceptance {
  content: string;
}

/**
 * Says what a record is after all of its acceptances: a model that knows all of them. It applies
 * them in the order of their stamps and places. One without a version replaces, and one with a
 * version replaces if no version before it is higher.
 */
export function findCurrent(all: Said[]): { content: string; record_version: number | undefined } {
  const { current, record_version } = applyInOrder(all);
  return { content: current?.content ?? '', record_version };
}

function applyInOrder(all: Said[]): { current?: Said; record_version: number | undefined } {
  let record_version: number | undefined;
  let current: Said | undefined;
  const in_order = all
    .filter(({ analysis_run }) => analysis_run === undefined)
    .sort((a, b) => a.stamp - b.stamp || (a.place < b.place ? -1 : 1));
  for (const one of in_order) {
    const { record_version: version } = one;
    if (version !== undefined && version < (record_version ?? 0)) continue;
    record_version = version ?? record_version;
    current = one;
  }
  return { ...(current && { current }), record_version };
}

/**
 * Lists the acceptances whose content a record had, in their order, if they come one by one. A resend
 * and a redelivery of the current acceptance are not listed again.
 */
export function listVersions(all: Said[]): Said[] {
  const versions: Said[] = [];
  for (const i of all.keys()) {
    const { current } = applyInOrder(all.slice(0, i + 1));
    const last = versions.at(-1);
    const is_known =
      last?.stamp === current?.stamp &&
      last?.content === current?.content &&
      last?.record_version === current?.record_version;
    if (current !== undefined && !is_known) versions.push(current);
  }
  return versions;
}

const step = fc.record({
  /** Time since the acceptance before. Many are of the same millisecond. */
  after_ms: fc.constantFrom(0, 0, 1, 5),
  content: fc.constantFrom('a', 'b', 'c', 'd'),
  version: fc.nat({ max: 3 }),
  has_version: fc.boolean(),
  /** The number of times that the record is sent again, and delivered again. */
  resends: fc.constantFrom(0, 0, 1, 2),
  redeliveries: fc.constantFrom(0, 0, 1),
});

/**
 * All acceptances of one record, as the consumer gets them: some are sent or delivered more than
 * once, in any order. The versions are all explicit, all absent or mixed. Mixed versions do not fall.
 */
export const deliveries: fc.Arbitrary<Said[]> = fc
  .record({
    versions: fc.constantFrom('explicit', 'absent', 'mixed'),
    steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  })
  .chain(({ versions, steps }) => {
    let stamp = 1_790_000_000_000;
    let highest = 0;
    const all = steps.flatMap((one, i) => {
      stamp += one.after_ms;
      highest = Math.max(highest, one.version);
      const record_version = {
        explicit: one.version,
        absent: undefined,
        mixed: one.has_version ? highest : undefined,
      }[versions];
      return Array.from({ length: 1 + one.resends }, (_, resend) => {
        const { content } = one;
        // A resend of records without mixed versions may come after other acceptances.
        const at = versions === 'mixed' ? `${i}.${resend}` : `${i + 2 * resend}.${resend}`;
        const said = { content, content_hash: hashText(content), record_version, stamp, place: at };
        return Array<Said>(1 + one.redeliveries).fill(said);
      }).flat();
    });
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });

import { createPrepare } from '../../processors/analysis/prepare.ts';
import { describeAnalyzer } from '../../schemas/index.ts';
import { measureAgreement } from '../canonical/agreement.ts';
import { generateOrderTexts } from '../canonical/order-texts.ts';
import { buildFigure, type Figure } from '../figures.ts';
import type { Run, Suite } from '../suite.ts';

/**
 * Measures what the canonical form of texts saves, what it costs, and whether verdicts on texts and on
 * their canonical forms agree.
 */
export const canonical: Suite = {
  name: 'canonical',
  title: 'texts that differ in ids alone: calls saved, CPU, and agreement of the verdicts',
  measure: async (run) => [
    ...measureGain(run),
    ...(run.evaluation === undefined ? [] : measureAgreement(run.evaluation, run)),
  ],
};

/**
 * Prepares messages of shops, nine of ten of which are one of 200 templates with an id of their own.
 * The other tenth has no id. Each distinct fingerprint is a document that an analyzer is asked for.
 */
function measureGain(run: Run): Figure[] {
  run.reportStep('preparing texts with ids');
  const texts = generateOrderTexts({ seed: 2026, texts: run.quick ? 10_000 : 100_000 });
  return [true, false].flatMap((neutral_ids) => {
    const prepare = createPrepare({
      analyzer: describeAnalyzer('comprehend'),
      detect_language: () => undefined,
      default_language: 'en',
      neutral_ids,
    });
    const fingerprints = new Set<string>();
    const before = process.cpuUsage();
    for (const text of texts) {
      const prepared = prepare({ text, language: 'en' });
      if (prepared.status === 'ready') fingerprints.add(prepared.fingerprint);
    }
    const { user, system } = process.cpuUsage(before);
    const load = neutral_ids ? 'neutral_ids' : 'as_they_came';
    const build = (name: string, value: number, unit: string) =>
      buildFigure({ name: `canonical.${name}.${load}`, value, unit });
    return [
      build('cache_hits', (100 * (texts.length - fingerprints.size)) / texts.length, '%'),
      build('us_per_text', (user + system) / texts.length, 'µs'),
    ];
  });
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyseSentiment } from '@aurastream/embedded-cloud/testing';
import { canonicalise } from '../../processors/analysis/canonicalise.ts';
import { normalise } from '../../processors/analysis/normalise.ts';
import { isSentimentLanguage } from '../../schemas/index.ts';
import { createRandom } from '../../test/support/random.ts';
import { buildFigure, type Figure, type Goal } from '../figures.ts';
import type { Run } from '../suite.ts';
import { drawId } from './order-texts.ts';

interface Labelled {
  text: string;
  language: string;
}

interface Agreement {
  texts: number;
  changed: number;
  agree: number;
}

const GOAL: Goal = { of: 'value', at_least: 99.5 };

/**
 * Measures how often the sentiment of a text is that of its canonical form: of the labelled texts as
 * they are, few of which have an id, and of the same texts with an id before them.
 *
 * @param folder folder with files `*.tsv.gz` with lines of language, label and text.
 * @throws {Error} if the folder has no such file.
 */
export function measureAgreement(folder: string, run: Run): Figure[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tsv.gz'));
  if (files.length === 0) {
    throw new Error(`--evaluation: ${folder} has no *.tsv.gz. Use a folder with labelled texts.`);
  }
  const random = createRandom(2026);
  const plain: Agreement = { texts: 0, changed: 0, agree: 0 };
  const with_id: Agreement = { texts: 0, changed: 0, agree: 0 };
  for (const file of files) {
    run.signal.throwIfAborted();
    run.reportStep(`the verdicts on ${file}`);
    for (const { text, language } of readTexts(join(folder, file))) {
      countAgreement(plain, text, language);
      countAgreement(with_id, `${drawId(random)}: ${text}`, language);
    }
  }
  return [...buildFigures('evaluation', plain), ...buildFigures('evaluation_with_ids', with_id)];
}

function readTexts(path: string): Labelled[] {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n');
  return lines.flatMap((line) => {
    const [language, , text] = line.split('\t');
    return language && text && isSentimentLanguage(language) ? [{ text, language }] : [];
  });
}

function countAgreement(agreement: Agreement, text: string, language: string): void {
  const normalised = normalise(text);
  const canonical = canonicalise(text);
  agreement.texts += 1;
  if (canonical !== normalised) agreement.changed += 1;
  const is_same =
    canonical === normalised ||
    analyseSentiment(normalised, language).Sentiment ===
      analyseSentiment(canonical, language).Sentiment;
  if (is_same) agreement.agree += 1;
}

function buildFigures(load: string, { texts, changed, agree }: Agreement): Figure[] {
  return [
    buildFigure({
      name: `canonical.agreement.${load}`,
      value: (100 * agree) / texts,
      unit: '%',
      goal: GOAL,
    }),
    buildFigure({ name: `canonical.texts.${load}`, value: texts, unit: 'texts' }),
    buildFigure({ name: `canonical.texts_with_ids.${load}`, value: changed, unit: 'texts' }),
  ];
}

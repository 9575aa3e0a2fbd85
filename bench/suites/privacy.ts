import { DETECTORS } from '../../processors/privacy/detectors/index.ts';
import { fold } from '../../processors/privacy/fold.ts';
import { createLocalDetection } from '../../processors/privacy/local-detector.ts';
import { createScan } from '../../processors/privacy/scan.ts';
import { buildFigure, type Figure, type Goal } from '../figures.ts';
import { ADVERSARIAL_UNITS } from '../privacy/adversarial.ts';
import { type Example, generateCorpus } from '../privacy/corpus.ts';
import { measureQuality, precisionOf, type Quality, recallOf } from '../privacy/quality.ts';
import type { Run, Suite } from '../suite.ts';

/** Least recall and precision, in percent. NAME and ADDRESS have no goal. */
const GOALS: Record<string, [recall: number, precision: number]> = {
  EMAIL: [99, 99],
  IP_ADDRESS: [99, 99],
  CREDIT_DEBIT_NUMBER: [99, 99],
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: [99, 99],
  SSN: [99, 99],
  PHONE: [92, 96],
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: [98, 98],
  UK_NATIONAL_INSURANCE_NUMBER: [98, 98],
  CA_SOCIAL_INSURANCE_NUMBER: [98, 98],
  IN_AADHAAR: [98, 98],
  IN_PERMANENT_ACCOUNT_NUMBER: [98, 98],
  DE_TAX_ID: [98, 98],
  FR_SOCIAL_SECURITY_NUMBER: [98, 98],
  ES_NATIONAL_ID: [98, 98],
  IT_FISCAL_CODE: [98, 98],
  BR_CPF: [98, 98],
  BR_CNPJ: [98, 98],
  JP_MY_NUMBER: [98, 98],
  KR_RESIDENT_REGISTRATION_NUMBER: [98, 98],
  CN_RESIDENT_ID: [98, 98],
};
const MIN_TEXTS_PER_SECOND = 2_500;
const MAX_MS_PER_100_KB = 50;
const TEXT_LENGTH = 140;

const detect = createLocalDetection();

/**
 * Measures the local detectors of personal data on generated texts of 12 languages. Times are CPU
 * times, so that other processes change them little.
 */
export const privacy: Suite = {
  name: 'privacy',
  title: 'personal data: what the local detectors find, and how fast',
  measure: async (run) => {
    run.reportStep('generating texts');
    const corpus = generateCorpus({
      seed: 2026,
      positives_per_language: run.quick ? 200 : 2_000,
      negatives_per_language: run.quick ? 100 : 1_000,
    });
    return [...measureFindings(run, corpus), measurePace(run, corpus), ...measureWorst(run)];
  },
};

function measureFindings(run: Run, corpus: Example[]): Figure[] {
  run.reportStep(`searching ${corpus.length} texts`);
  const report = measureQuality(corpus, detect);
  const alarms = [...report.false_alarms.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...[...report.by_type]
      .sort()
      .flatMap(([type, counts]) => buildFigures(type, counts, GOALS[type])),
    ...[...report.by_language].flatMap(([language, counts]) => buildFigures(language, counts)),
    buildFigure({ name: 'privacy.texts', value: corpus.length, unit: 'texts' }),
    buildFigure({ name: 'privacy.hard_negatives', value: report.negatives, unit: 'texts' }),
    buildFigure({ name: 'privacy.false_alarms', value: alarms, unit: 'findings' }),
  ];
}

function buildFigures(subject: string, counts: Quality, goals?: [number, number]): Figure[] {
  const build = (name: string, value: number, least: number | undefined): Figure => {
    const goal: Goal | undefined =
      least === undefined ? undefined : { of: 'value', at_least: least };
    return buildFigure({ name: `privacy.${name}.${subject}`, value, unit: '%', goal });
  };
  return [
    build('recall', recallOf(counts), goals?.[0]),
    build('precision', precisionOf(counts), goals?.[1]),
  ];
}

/** Measures texts of 140 characters, which are far denser in numbers and names than reviews are. */
function measurePace(run: Run, corpus: Example[]): Figure {
  run.reportStep('measuring the pace');
  const texts = corpus.flatMap(({ text, language }, i) => {
    const following = corpus.slice(i + 1, i + 8).filter((other) => other.language === language);
    const joined = [text, ...following.map((other) => other.text)].join(' ').slice(0, TEXT_LENGTH);
    return joined.length === TEXT_LENGTH ? [{ text: joined, language }] : [];
  });
  for (const { text, language } of texts.slice(0, 2_000)) detect(text, language);
  const ms = measureCpu(() => {
    for (const { text, language } of texts) detect(text, language);
  });
  const goal: Goal = { of: 'value', at_least: MIN_TEXTS_PER_SECOND };
  const value = (1_000 * texts.length) / ms;
  return buildFigure({ name: 'privacy.texts_per_second_per_core', value, unit: 'texts/s', goal });
}

/**
 * Measures each detector on texts that make it search far, of 100 KB and of 1 MiB, and all detectors
 * on a text full of addresses, which has 14,000 findings.
 */
function measureWorst(run: Run): Figure[] {
  const lengths = [100_000, run.quick ? 200_000 : 1_048_576];
  const figures = lengths.map((length) => {
    const times = ADVERSARIAL_UNITS.flatMap((unit) => {
      run.reportStep(`${length} characters of "${unit}"`);
      const text = fill(unit, length);
      return DETECTORS.map((detector) => measureBest(() => runDetector(detector, text)));
    });
    const value = (100_000 * Math.max(...times)) / length;
    const goal: Goal = { of: 'value', at_most: MAX_MS_PER_100_KB };
    return buildFigure({
      name: `privacy.worst_detector_ms_per_100_kb.${length}`,
      value,
      unit: 'ms',
      goal,
    });
  });
  const addresses = fill('x@y.co ', 100_000);
  const value = measureBest(() => detect(addresses, 'en'));
  return [...figures, buildFigure({ name: 'privacy.addresses_ms_per_100_kb', value, unit: 'ms' })];
}

function fill(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length));
}

function runDetector(detector: (typeof DETECTORS)[number], text: string): number {
  const scan = createScan(fold(text).text, 'en');
  return detector.mayFind(scan) ? [...detector.find(scan)].length : 0;
}

/** The best of several runs, because the first runs are not compiled yet. */
function measureBest(run: () => void): number {
  return Math.min(...[1, 2, 3].map(() => measureCpu(run)));
}

function measureCpu(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

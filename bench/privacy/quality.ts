import type { Detection } from '../../processors/privacy/ports.ts';
import type { Example } from './corpus.ts';

/** Counts for one type or one language. */
export interface Quality {
  /** Pieces of personal data in the texts. */
  truths: number;
  /** Those that findings of the same type cover completely. */
  found: number;
  /** Those that findings of any type cover completely, so that nothing of them would be stored. */
  masked: number;
  /** All findings of the type. */
  findings: number;
  /** Those that overlap no personal data of the type. */
  wrong: number;
}

export interface QualityReport {
  by_type: Map<string, Quality>;
  by_language: Map<string, Quality>;
  /** Findings in texts without personal data, by type. */
  false_alarms: Map<string, number>;
  negatives: number;
  /** Texts in which something was found wrongly or missed, for people who improve the detectors. */
  mistakes: {
    kind: 'missed' | 'wrong';
    type: string;
    language: string;
    text: string;
    value: string;
  }[];
}

export function measureQuality(
  examples: Example[],
  detect: (text: string, language: string) => Detection,
): QualityReport {
  const report: QualityReport = {
    by_type: new Map(),
    by_language: new Map(),
    false_alarms: new Map(),
    negatives: 0,
    mistakes: [],
  };
  for (const example of examples)
    addExample(report, example, detect(example.text, example.language));
  return report;
}

function addExample(report: QualityReport, example: Example, detection: Detection): void {
  if (!detection.ok) throw new Error(`The detector ${detection.detector}: ${detection.reason}`);
  const { language, text, truths } = example;
  const findings = detection.findings.map(({ type, utf16 }) => ({
    type: type as string,
    ...utf16,
  }));
  if (truths.length === 0) report.negatives += 1;
  for (const truth of truths) {
    const is_found = covers(
      findings.filter(({ type }) => type === truth.type),
      truth,
    );
    for (const counts of countsOf(report, truth.type, language)) {
      counts.truths += 1;
      if (is_found) counts.found += 1;
      if (covers(findings, truth)) counts.masked += 1;
    }
    const value = text.slice(truth.start, truth.end);
    if (!is_found)
      report.mistakes.push({ kind: 'missed', type: truth.type, language, text, value });
  }
  for (const finding of findings) {
    const is_right = truths.some(
      ({ type, start, end }) => type === finding.type && start < finding.end && finding.start < end,
    );
    for (const counts of countsOf(report, finding.type, language)) {
      counts.findings += 1;
      if (!is_right) counts.wrong += 1;
    }
    if (is_right) continue;
    if (truths.length === 0) {
      report.false_alarms.set(finding.type, (report.false_alarms.get(finding.type) ?? 0) + 1);
    }
    const value = text.slice(finding.start, finding.end);
    report.mistakes.push({ kind: 'wrong', type: finding.type, language, text, value });
  }
}

function countsOf(
  { by_type, by_language }: QualityReport,
  type: string,
  language: string,
): Quality[] {
  return [take(by_type, type), take(by_language, language)];
}

function take(map: Map<string, Quality>, key: string): Quality {
  const counts = map.get(key) ?? { truths: 0, found: 0, masked: 0, findings: 0, wrong: 0 };
  map.set(key, counts);
  return counts;
}

function covers(
  findings: { start: number; end: number }[],
  truth: { start: number; end: number },
): boolean {
  let at = truth.start;
  for (const { start, end } of findings) if (start <= at && end > at) at = end;
  return at >= truth.end;
}

/** Share of the personal data that was found, in percent. */
export function recallOf({ truths, found }: Quality): number {
  return truths === 0 ? 100 : (100 * found) / truths;
}

/** Share of the findings that are right, in percent. */
export function precisionOf({ findings, wrong }: Quality): number {
  return findings === 0 ? 100 : (100 * (findings - wrong)) / findings;
}

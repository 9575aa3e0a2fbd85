import type { AlertEvent, Finding } from '../../../schemas/index.ts';

/**
 * Describes the traffic that fired or resolved an alert in a few lines: the effect, the usual traffic, the
 * window and its records.
 *
 * @example
 * describeFinding('angry', 'fired', finding);
 * // ['angry: 52 % of the records of support are negative, usually 24 %.',
 * //  '31 of 60 records from 2026-11-27 05:12 to 05:46 UTC.']
 */
export function describeFinding(
  alert: string,
  event_kind: AlertEvent['kind'],
  finding: Finding,
): string[] {
  const [effect, ...details] = DESCRIPTIONS[finding.kind](finding);
  return [`${alert}: ${event_kind === 'resolved' ? 'resolved. ' : ''}${effect}`, ...details];
}

const DESCRIPTIONS: Record<Finding['kind'], (finding: Finding) => string[]> = {
  shift: (finding) => {
    const { source, records, negative = 0, share = 0, usual_share } = finding;
    const usual = usual_share === undefined ? '' : `, usually ${writeShare(usual_share)}`;
    return [
      `${writeShare(share)} of the records of ${source} are negative${usual}.`,
      `${negative} of ${writeRecords(records)} ${writeWindow(finding)}.`,
    ];
  },
  volume: (finding) => [
    `${writeRecords(finding.records)} of ${finding.source}, usually ${writeUsual(finding)}.`,
    `Counted ${writeWindow(finding)}.`,
  ],
  silence: (finding) => {
    const { source, records } = finding;
    const number = records === 0 ? 'no records' : writeRecords(records);
    return [
      `${number} of ${source} ${writeWindow(finding)}.`,
      `Usual in the time after which the alert fires: ${writeUsual(finding)}.`,
    ];
  },
};

function writeShare(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function writeRecords(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}

function writeUsual({ usual_records = 0 }: Finding): string {
  return usual_records >= 10 ? String(Math.round(usual_records)) : usual_records.toFixed(1);
}

function writeWindow({ from, to }: Finding): string {
  const [day, time] = from.slice(0, 16).split('T');
  const [last_day, last_time] = to.slice(0, 16).split('T');
  return `from ${day} ${time} to ${day === last_day ? '' : `${last_day} `}${last_time} UTC`;
}
